//! What a request says outside of its body: names in the path, the query, headers; each with its form.

use super::form::{ACTOR, CONSENT, NAME};
use super::webhook::DeliveryState;
use serde_json::{Value, json};

/// Names of headers.
pub mod header {
    /// `"17"`: the revision that must be live, or `*` for any.
    pub const IF_MATCH: &str = "if-match";
    /// `*`: nothing may be there yet. On reading, `"17"` or several: an answer is wanted only if it is none of them.
    pub const IF_NONE_MATCH: &str = "if-none-match";
    /// The same for every try of one change.
    pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
    /// The project that speaks, and touches only what it owns.
    pub const PROJECT: &str = "bowline-project";
    /// The fence of the lease under which an apply writes.
    pub const FENCE: &str = "bowline-fence";
    /// Tells one request in answers, logs and the audit.
    pub const REQUEST_ID: &str = "x-request-id";
    pub const ETAG: &str = "etag";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A link name.
    Name,
    /// Who acts.
    Actor,
    /// A whole number between two bounds.
    Number(u64, u64),
    OneOf(&'static [&'static str]),
    /// Text of a pattern, and an example of it.
    Text(&'static str, &'static str),
}

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub place: Place,
    pub form: Form,
    pub required: bool,
    /// A sentence.
    pub words: &'static str,
}

impl Form {
    /// The form as a regular expression, where it is one.
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            Form::Name => Some(NAME),
            Form::Actor => Some(ACTOR),
            Form::Text(pattern, _) => Some(pattern),
            Form::Number(..) | Form::OneOf(_) => None,
        }
    }

    pub fn schema(self) -> Value {
        match self {
            Form::Name => json!({ "type": "string", "pattern": NAME, "examples": ["crm_read"] }),
            Form::Actor => json!({ "type": "string", "pattern": ACTOR, "examples": ["ada"] }),
            Form::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Form::OneOf(words) => json!({ "type": "string", "enum": words }),
            Form::Text(pattern, example) => json!({ "type": "string", "pattern": pattern, "examples": [example] }),
        }
    }
}

// In quotes, as RFC 9110 has it; people forget them, and nothing else could be meant.
// On reading, any of several, weak ones too.
const ETAGS: &str =
    "^(\\*|(W/)?(\"[0-9A-Za-z_-]{1,64}\"|[0-9A-Za-z_-]{1,64})([ \\t]*,[ \\t]*(W/)?(\"[0-9A-Za-z_-]{1,64}\"|[0-9A-Za-z_-]{1,64})){0,15})$";
const ETAG_OR_ANY: &str = "^(\\*|\"[0-9A-Za-z_-]{1,64}\"|[0-9A-Za-z_-]{1,64})$";

impl Parameter {
    const fn path(name: &'static str, form: Form, words: &'static str) -> Self {
        Parameter { name, place: Place::Path, form, required: true, words }
    }

    const fn query(name: &'static str, form: Form, words: &'static str) -> Self {
        Parameter { name, place: Place::Query, form, required: false, words }
    }

    const fn header(name: &'static str, form: Form, words: &'static str) -> Self {
        Parameter { name, place: Place::Header, form, required: false, words }
    }

    pub const NAME: Parameter = Parameter::path("name", Form::Name, "The link name.");
    pub const SERVICE: Parameter = Parameter::path("service", Form::Name, "The service's name.");
    pub const USER: Parameter = Parameter::path("user", Form::Actor, "The person's or service's name.");
    pub const PROJECT_NAME: Parameter = Parameter::path("project", Form::Name, "The project's name.");
    pub const APPLICATION: Parameter = Parameter::path("application", Form::Name, "The application's link name.");
    pub const DELIVERY: Parameter = Parameter::path("id", Form::Text("^[A-Za-z0-9_-]{1,64}$", "msg_1f"), "The delivery's id.");
    pub const CONSENT: Parameter = Parameter::path("consent", Form::Text(CONSENT, CONSENT_ID), "The consent's id.");
    pub const TOKEN: Parameter = Parameter::path("id", Form::Text("^[A-Za-z0-9_-]{1,64}$", "3f9c"), "The token's id.");
    pub const PLAN: Parameter = Parameter::path(
        "plan",
        Form::Text("^sha256:[0-9a-f]{64}(@[0-9]{1,20})?$", PLAN_ID),
        "The plan's id, and the revision that it was made of.",
    );
    pub const TICKET: Parameter = Parameter::path("ticket", Form::Text("^[A-Za-z0-9_-]{1,8192}$", "AYp0"), "What the link was made with.");

    pub const LIMIT: Parameter = Parameter::query("limit", Form::Number(1, 1000), "How many at most; 100 where it is left out.");
    pub const CURSOR: Parameter =
        Parameter::query("cursor", Form::Text("^[A-Za-z0-9_-]{1,512}$", "MSB"), "Where to go on: `next` of the part before.");
    pub const OWNER: Parameter = Parameter::query("owner", Form::Name, "Only what this project owns.");
    pub const OF_SERVICE: Parameter = Parameter::query("service", Form::Name, "Only connections of this service.");
    pub const WHOSE: Parameter = Parameter::query(
        "whose",
        Form::OneOf(&["mine", "shared"]),
        "Only connections that you or the organisation made (`mine`), or other people's that each login user authorizes (`shared`).",
    );
    pub const FOR_APPLICATION: Parameter = Parameter::query(
        "application",
        Form::Name,
        "The application of the portal that it is connected for; needed where there are several.",
    );
    pub const STATE: Parameter = Parameter::query(
        "state",
        Form::OneOf(&["not_connected", "awaiting_consent", "connected", "expired", "revoked", "error"]),
        "Only connections in this state.",
    );
    pub const DELIVERY_STATE: Parameter = Parameter::query("state", Form::OneOf(&DeliveryState::WORDS), "Only deliveries in this state.");
    pub const OF_WEBHOOK: Parameter = Parameter::query("webhook", Form::Name, "Only deliveries of this webhook.");
    pub const AFTER: Parameter = Parameter::query("after", Form::Number(0, u64::MAX >> 1), "Only lines after this sequence number.");

    pub const IF_MATCH: Parameter =
        Parameter::header(header::IF_MATCH, Form::Text(ETAG_OR_ANY, "\"17\""), "The revision that must be live; `*` for whichever is.");
    pub const IF_NONE_MATCH_ANY: Parameter = Parameter::header(header::IF_NONE_MATCH, Form::OneOf(&["*"]), "Nothing may be there yet.");
    pub const IF_NONE_MATCH: Parameter = Parameter::header(
        header::IF_NONE_MATCH,
        Form::Text(ETAGS, "\"17\""),
        "An answer is wanted only where the revision is none of these.",
    );
    pub const KEY: Parameter = Parameter::header(
        header::IDEMPOTENCY_KEY,
        Form::Text("^[\\x21-\\x7E]{1,200}$", "b1c7"),
        "The same for every try of one change: it is done once, and answered alike.",
    );
    pub const PROJECT: Parameter =
        Parameter::header(header::PROJECT, Form::Name, "The project that speaks. It touches only what it owns, and owns what it makes.");
    pub const FENCE: Parameter =
        Parameter::header(header::FENCE, Form::Number(0, u64::MAX >> 1), "The fence of the lease under which an apply writes.");
}

const CONSENT_ID: &str = "0f343b0931126a20f133d67c2b018a3b0f343b0931126a20f133d67c2b018a3b";
const PLAN_ID: &str = "sha256:0f343b0931126a20f133d67c2b018a3b0f343b0931126a20f133d67c2b018a3b";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::ConnectionState;

    /// The words of a query are those of bodies.
    #[test]
    fn states_are_asked_for_in_the_words_in_which_they_are_answered() {
        fn words_of<T: schemars::JsonSchema>() -> Vec<String> {
            let schema = serde_json::to_value(schemars::schema_for!(T)).expect("a schema is JSON");
            let listed = schema["enum"].as_array().into_iter().flatten();
            let described = schema["oneOf"].as_array().into_iter().flatten();
            let alone = described.flat_map(|one| one["enum"].as_array().into_iter().flatten().chain(one.get("const")));
            let mut words: Vec<String> = listed.chain(alone).map(|word| word.as_str().expect("states are words").to_owned()).collect();
            words.sort();
            words
        }
        let asked = |parameter: Parameter| {
            let Form::OneOf(words) = parameter.form else { panic!("it is one of some words") };
            let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            words.sort();
            words
        };
        assert_eq!(asked(Parameter::STATE), words_of::<ConnectionState>());
        assert_eq!(asked(Parameter::DELIVERY_STATE), words_of::<DeliveryState>());
    }
}
