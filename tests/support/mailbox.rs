//! The mail that the service sent, as `/dev/mail.json` gives it.

use serde::Deserialize;

use super::{TestApp, until};

/// One mail.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
    pub code: Option<String>,
    pub at: String,
}

impl TestApp {
    /// All mail to an address, the newest first.
    pub async fn mails(&self, to: &str) -> Vec<Mail> {
        #[derive(Deserialize)]
        struct Items {
            items: Vec<Mail>,
        }
        let answer = self.http.get(self.address("/dev/mail.json")).query(&[("to", to)]).send().await.unwrap();
        assert_eq!(answer.status(), 200, "the mailbox");
        answer.json::<Items>().await.unwrap().items
    }

    /// The newest mail to an address once there are at least `count`.
    pub async fn mail(&self, to: &str, count: usize) -> Mail {
        until(&format!("mail number {count} to {to}"), || async {
            let mails = self.mails(to).await;
            (mails.len() >= count).then(|| mails[0].clone())
        })
        .await
    }
}
