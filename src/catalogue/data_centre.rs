//! Zoho's data centres: the one table that every Zoho entry's `dc` means.

/// One data centre. Accounts of different data centres know nothing of each other (zoho.com, OAuth help, "Multi DC").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataCentre {
    /// The value of `dc`: the end of the data centre's domain.
    pub dc: &'static str,
    pub place: &'static str,
    /// What Zoho calls it in the callback's `location`.
    pub location: &'static str,
    /// The domain of the applications: `accounts.<app_domain>`, `desk.<app_domain>`.
    pub app_domain: &'static str,
    /// The host of the APIs that have no host of their own.
    pub api_domain: &'static str,
}

macro_rules! data_centres {
    ($($dc:literal $place:literal $location:literal $app_domain:literal $api_domain:literal)*) => {
        /// All of them, the oldest first.
        pub const DATA_CENTRES: &[DataCentre] =
            &[$(DataCentre { dc: $dc, place: $place, location: $location, app_domain: $app_domain, api_domain: $api_domain }),*];
    };
}

data_centres! {
    "com" "United States" "us" "zoho.com" "www.zohoapis.com"
    "eu" "Europe" "eu" "zoho.eu" "www.zohoapis.eu"
    "in" "India" "in" "zoho.in" "www.zohoapis.in"
    "com.au" "Australia" "au" "zoho.com.au" "www.zohoapis.com.au"
    "jp" "Japan" "jp" "zoho.jp" "www.zohoapis.jp"
    "sa" "Saudi Arabia" "sa" "zoho.sa" "www.zohoapis.sa"
    "ca" "Canada" "ca" "zohocloud.ca" "www.zohoapis.ca"
    "cn" "China" "cn" "zoho.com.cn" "www.zohoapis.com.cn"
    "uk" "United Kingdom" "uk" "zoho.uk" "www.zohoapis.uk"
    "ae" "United Arab Emirates" "ae" "zoho.ae" "www.zohoapis.ae"
}

impl DataCentre {
    pub fn find(dc: &str) -> Option<&'static DataCentre> {
        DATA_CENTRES.iter().find(|centre| centre.dc == dc)
    }

    /// The data centre that somebody means who writes its location, place, domain or accounts host instead of its `dc`.
    pub fn meant_by(text: &str) -> Option<&'static DataCentre> {
        let text = text.trim().to_ascii_lowercase();
        let name = text.trim_start_matches("https://").trim_start_matches("accounts.").trim_start_matches('.').trim_end_matches('/');
        DATA_CENTRES.iter().find(|centre| {
            [centre.dc, centre.location, centre.app_domain, centre.api_domain].contains(&name)
                || centre.place.eq_ignore_ascii_case(name)
                || centre.app_domain.split_once('.').is_some_and(|(_, end)| end == name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_centre_is_recognised_by_its_other_names() {
        for (text, dc) in [
            ("us", "com"),
            ("US", "com"),
            ("au", "com.au"),
            ("zoho.eu", "eu"),
            ("accounts.zoho.in", "in"),
            ("com.cn", "cn"),
            ("zohocloud.ca", "ca"),
            ("Japan", "jp"),
            (".com", "com"),
        ] {
            assert_eq!(DataCentre::meant_by(text).map(|centre| centre.dc), Some(dc), "{text}");
        }
        assert_eq!(DataCentre::meant_by("moon"), None);
    }
}
