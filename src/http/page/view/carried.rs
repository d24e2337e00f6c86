//! What a reader brings along from page to page.

/// What a form takes along unseen, so that the reader comes back to where he was.
#[derive(Clone, Debug, Default)]
pub struct CarriedOver {
    /// The site's slug.
    pub site: Option<String>,
    /// Where to go back to.
    pub return_to: Option<String>,
    /// The campaign's slug.
    pub campaign: Option<String>,
    /// The article that the reader came from.
    pub article: Option<String>,
    /// `referrer`, `utm_source` and the like, by name.
    pub attribution: Vec<(String, String)>,
}

impl CarriedOver {
    /// Names and values of the hidden fields.
    pub(super) fn fields(&self) -> Vec<(&str, &str)> {
        let named = [
            ("site", &self.site),
            ("return_to", &self.return_to),
            ("campaign", &self.campaign),
            ("article", &self.article),
        ];
        let mut fields: Vec<(&str, &str)> =
            named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        fields.extend(self.attribution.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        fields
    }

    /// The path with these as its query: the way back to the same choice.
    pub(super) fn path(&self, path: &str) -> String {
        let fields = self.fields();
        if fields.is_empty() {
            return path.to_owned();
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("{path}?{query}")
    }
}
