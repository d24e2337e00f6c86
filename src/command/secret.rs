//! The master secret in a file that only its owner reads.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use crate::{
    domain::entropy::{self, Entropy},
    token::MasterSecret,
};

/// Reads the secret in a file, or makes one. Returns its bytes too.
///
/// # Errors
/// What the file system says, or that the file holds no secret.
pub fn find_or_make(path: &Path, entropy: &dyn Entropy) -> io::Result<(MasterSecret, Vec<u8>)> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fresh: [u8; 32] = entropy::bytes(entropy);
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(&fresh)?;
            file.sync_all()?;
            fresh.to_vec()
        }
        Err(error) => return Err(error),
    };
    let secret = MasterSecret::new(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok((secret, bytes))
}
