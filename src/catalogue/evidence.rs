//! Why an entry is believed: who says so, and how sure that is. The surveys that many entries lean on stand here once.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The evidence for one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub grade: Grade,
    pub confidence: Confidence,
    pub sources: Vec<Source>,
}

/// How well its facts are borne out by sources that do not copy each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Independent sources agree on its endpoints.
    A,
    /// Some of it has a second source.
    B,
    /// It rests on the pages that it cites.
    C,
}

/// How sure the entry is as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// One source: a survey by its id, or a page of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    survey: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The API host that it confirms, where it confirms just one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    pub confirms: Vec<Confirms>,
    /// Whether the page itself was read for this entry; otherwise others cite it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
}

impl Source {
    pub fn name(&self) -> &str {
        self.survey.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }

    /// Where to look it up; empty when the survey is not one of [`Survey::ALL`], which a test forbids.
    pub fn url(&self) -> &str {
        self.survey().map(|survey| survey.url).or(self.url.as_deref()).unwrap_or_default()
    }

    /// The survey that it is, if it is one.
    pub fn survey(&self) -> Option<&'static Survey> {
        Survey::ALL.iter().find(|survey| Some(survey.id) == self.survey.as_deref())
    }
}

/// What a source confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirms {
    /// The entry names it as the place to look things up.
    Declared,
    AuthorizationUrl,
    TokenUrl,
    RefreshUrl,
    RevocationUrl,
    ApiHost,
}

/// How many scopes were found elsewhere: word for word, or by the pattern of the provider's page; and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyedScopes {
    pub exact: u32,
    pub derived: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, u32>,
}

/// A public project whose settings were compared with the entries, at one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    pub id: &'static str,
    pub url: &'static str,
    /// Where in the project.
    pub path: &'static str,
    pub licence: &'static str,
}

macro_rules! surveys {
    ($($id:literal $project:literal $commit:literal $path:literal $licence:literal)*) => {
        &[$(Survey { id: $id, url: concat!("https://github.com/", $project, "/tree/", $commit), path: $path, licence: $licence }),*]
    };
}

impl Survey {
    pub const ALL: &'static [Survey] = surveys! {
        "airbyte-platform" "airbytehq/airbyte-platform" "310e6cb6ac0e7bd310fe99bfd505d5c36ba71f2e" "airbyte-oauth/src/main" "Elastic-2.0"
        "arcade-docs" "ArcadeAI/docs" "a988fa53e91ac15c1e56280687b78ae32db7ba87" "app/en/references/auth-providers" "none stated"
        "arctic" "pilcrowonpaper/arctic" "07ca2619d07f2196f51f8160cfe3b37c40d10076" "src/providers (branch v3)" "MIT"
        "better-auth" "better-auth/better-auth" "451aa4b6e57c9d4989bebc61ebb0892510e8a14e" "packages/core/src" "MIT"
        "django-allauth" "pennersr/django-allauth" "20f4bded2fd2e12d0d172d1321626a94c17ac97e" "allauth/socialaccount/providers" "MIT"
        "golang-oauth2" "golang/oauth2" "89ff2e1ac388c1a234a687cb2735341cde3f7122" "endpoints/endpoints.go" "BSD-3-Clause"
        "goth" "markbates/goth" "9c7a2826a6e2a481a2947b6746ab454d0f82a565" "providers" "MIT"
        "grant" "simov/grant" "500ab2066e177f14856fd50bf0b507651111692b" "config/oauth.json" "MIT"
        "nango" "NangoHQ/nango" "2f4c0af671e2ca1c43dd4e78f3c369218bf3fc87" "packages/providers/providers.yaml" "Elastic-2.0"
        "next-auth" "nextauthjs/next-auth" "a1a16a5a7780488c7449feece410033f445d0b31" "packages/core/src/providers" "ISC"
        "social-core" "python-social-auth/social-core" "3bb06abdb21bc095a6e893ef7a63b63c3ce0a6a7" "social_core/backends" "BSD-3-Clause"
        "socialite-providers" "SocialiteProviders/Providers" "47679c144d6b831ae900d235f044bf243119890c" "src" "MIT"
        "zoho-cli-arushk1" "arushk1/zoho-cli" "c7b7c763732cbadffc947f855df090d01fbe38a8" "." "none stated"
        "zoho-cli-omin8tor" "omin8tor/zoho-cli" "112ac07afb3aaadc79df6873c1e8601d2ff9f5cd" "internal/dc/dc.go, internal/auth/device.go" "GPL-3.0"
        "zoho-crm-oas" "zoho/crm-oas" "45dff2cc9c69403c85b8a3642e7056528dc668d5" "v8.0" "none stated"
        "zoho-sdk-sparkaiur" "SparkAIUR/zoho-sdk" "6846d187e6a01a06977405b7c0ee4511bf41385a" "." "none stated"
    };
}
