//! A request as its function sees it: who asks, and parameters and body that have been judged.

use super::served::Served;
use crate::broker::{Admitted, Asked as How, Expect};
use crate::resource::access::Principal;
use crate::resource::{Address, Etag, Kind, Name};
use crate::wire::{Code, Cursor, Form, Method, Operation, Parameter, Place, Problem, Route, header, routes};
use http::HeaderMap;
use regex::Regex;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A request that may go ahead.
pub(super) struct Asked {
    pub(super) route: &'static Route,
    /// `None` where the table lets anybody in.
    pub(super) principal: Option<Principal>,
    pub(super) values: Values,
    pub(super) body: Option<Value>,
    /// The path and query that were asked for.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
}

/// Parameters, each of its form.
pub(super) type Values = BTreeMap<(&'static str, u8), String>;

impl Asked {
    /// The use-cases as this principal may use them.
    pub(super) fn admitted<'a>(&'a self, served: &'a Served) -> Admitted<'a> {
        served.broker.admit(self.who())
    }

    pub(super) fn who(&self) -> &Principal {
        self.principal.as_ref().expect("functions of open routes ask for nobody, and the others get nobody unproved")
    }

    pub(super) fn text(&self, parameter: Parameter) -> Option<&str> {
        self.values.get(&(parameter.name, parameter.place as u8)).map(String::as_str)
    }

    /// A parameter of the path.
    pub(super) fn part(&self, parameter: Parameter) -> &str {
        self.text(parameter).expect("the path has it, or it would not have matched")
    }

    pub(super) fn number(&self, parameter: Parameter) -> Option<u64> {
        self.text(parameter).map(|text| text.parse().expect("its form was judged"))
    }

    pub(super) fn name(&self) -> Name {
        Name::new(self.part(Parameter::NAME))
    }

    /// The kind of resource that the route is about.
    pub(super) fn kind(&self) -> Kind {
        self.route.operation.kind().expect("only functions of routes about a resource ask for its kind")
    }

    pub(super) fn address(&self) -> Address {
        Address { kind: self.kind(), name: self.name() }
    }

    /// How many items, at most.
    pub(super) fn limit(&self) -> usize {
        const USUAL: u64 = 100;
        usize::try_from(self.number(Parameter::LIMIT).unwrap_or(USUAL)).expect("at most a thousand")
    }

    /// What the part of the list before ended with.
    pub(super) fn after(&self) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(Parameter::CURSOR) else { return Ok(None) };
        let cursor = Cursor::parse(&self.route.id, text);
        cursor.map(|cursor| Some(cursor.after)).ok_or_else(foreign_cursor)
    }

    /// Where to go on, where there is more.
    pub(super) fn cursor(&self, last: Option<impl Into<String>>) -> Option<String> {
        last.map(|last| Cursor::new(&self.route.id, last).to_text())
    }

    /// The body, which its schema has let pass.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // Its reader's own words are left out: they could show a value.
        let unread = |_| Problem { pointer: Some(String::new()), ..Problem::new(Code::BadShape, "the body does not fit its schema") };
        serde_json::from_value(self.body.clone().map_or_else(|| Value::Object(Map::new()), whole_numbers)).map_err(unread)
    }

    /// How a change is asked for. `key` is the caller's own, told apart from everybody else's.
    pub(super) fn how<'a>(&'a self, key: &'a Option<String>) -> Result<How<'a>, Problem> {
        Ok(How {
            project: self.text(Parameter::PROJECT),
            key: key.as_deref(),
            expect: self.expect()?.unwrap_or(Expect::Whatever),
            fence: self.number(Parameter::FENCE),
        })
    }

    pub(super) fn key(&self) -> Option<String> {
        let key = self.text(Parameter::KEY)?;
        Some(format!("{} {key}", self.who().name))
    }

    /// What must be live; `None` where nothing is said.
    pub(super) fn expect(&self) -> Result<Option<Expect>, Problem> {
        match (self.text(Parameter::IF_MATCH), self.text(Parameter::IF_NONE_MATCH_ANY)) {
            // RFC 9110: of the two at least one does not hold, whatever is live.
            (Some(_), Some(_)) => Err(Problem::new(Code::Stale, "`If-Match` and `If-None-Match: *` cannot both hold")),
            (Some("*"), None) => Ok(Some(Expect::Present)),
            (Some(tag), None) => Ok(Some(Expect::Revision(Etag(tag.trim_matches('"').to_owned())))),
            (None, Some(_)) => Ok(Some(Expect::Absent)),
            (None, None) => Ok(None),
        }
    }

    /// Whether the revision is one that is known already. What is compared is weak tags (RFC 9110 section 13.1.2).
    pub(super) fn knows(&self, etag: &Etag) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
        let known = |text: &str| text == "*" || text.split(',').any(|tag| bare(tag) == etag.0);
        self.text(Parameter::IF_NONE_MATCH).is_some_and(known)
    }

    pub(super) fn takes_gzip(&self) -> bool {
        let accepted = self.headers.get(http::header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepted.split(',').map(str::trim).any(|one| one == "gzip" || (one.starts_with("gzip;") && !one.replace(' ', "").ends_with("q=0")))
    }
}

/// `60.0` is a whole number to JSON Schema. The numbers of requests stand at their bodies' top.
fn whole_numbers(mut body: Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    for value in body.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(number) = value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && (0.0..EXACT).contains(number)) {
            *value = Value::from(number as u64);
        }
    }
    body
}

/// The forms of all parameters, compiled.
pub(super) struct Forms(BTreeMap<&'static str, Regex>);

impl Forms {
    pub(super) fn new() -> Self {
        let patterns = routes().into_iter().flat_map(|route| route.parameters).filter_map(|parameter| parameter.form.pattern());
        Forms(
            patterns
                .map(|pattern| (pattern, Regex::new(pattern).expect("the table's patterns are valid; starting compiles each")))
                .collect(),
        )
    }

    fn holds(&self, form: Form, text: &str) -> bool {
        match form {
            Form::Name | Form::Actor | Form::Text(..) => form.pattern().is_some_and(|pattern| self.0[pattern].is_match(text)),
            Form::Number(least, most) => {
                let is_plain = text.bytes().all(|one| one.is_ascii_digit());
                is_plain && text.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number))
            }
            Form::OneOf(words) => words.contains(&text),
        }
    }

    /// Reads every parameter that the table knows, and refuses a query that says more.
    pub(super) fn read(&self, route: &Route, path: &[(String, String)], query: &str, headers: &HeaderMap) -> Result<Values, Problem> {
        let mut values = Values::new();
        let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for parameter in &route.parameters {
            let said = match parameter.place {
                Place::Path => path.iter().find(|(name, _)| name == parameter.name).map(|(_, value)| value.clone()),
                Place::Query => taken(&mut query, parameter)?,
                Place::Header => said(headers, parameter)?,
            };
            match said {
                Some(text) if self.holds(parameter.form, &text) => drop(values.insert((parameter.name, parameter.place as u8), text)),
                // Nothing can be there under a name that is none.
                Some(_) if *parameter == Parameter::NAME && route.method != Method::Put => {
                    return Err(Problem::new(Code::NotFound, "there is nothing of that name"));
                }
                Some(_) => return Err(bad(*parameter, "is not of its form")),
                None if parameter.required => return Err(bad(*parameter, "is missing")),
                None => {}
            }
        }
        // A condition that nobody looks at would be taken for one that holds (RFC 9110 section 13.1).
        let is_change = route.method != Method::Get;
        for name in [header::IF_MATCH, header::IF_NONE_MATCH].into_iter().filter(|name| is_change && headers.contains_key(*name)) {
            if route.parameters.iter().all(|parameter| parameter.name != name) {
                let detail =
                    format!("this operation evaluates no `{}`", if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" });
                return Err(Problem { parameter: Some(name.to_owned()), ..Problem::new(Code::BadParameter, detail) });
            }
        }
        // What a browser is sent back with is the service's to say.
        match query.first() {
            Some((name, _)) if route.operation != Operation::Callback => {
                let detail = "the query has a parameter that is not known here";
                Err(Problem { parameter: Some(shortened(name)), ..Problem::new(Code::BadParameter, detail) })
            }
            Some(_) | None => Ok(values),
        }
    }
}

/// A parameter of the query, which stands there once.
fn taken(query: &mut Vec<(String, String)>, parameter: &Parameter) -> Result<Option<String>, Problem> {
    let Some(at) = query.iter().position(|(name, _)| name == parameter.name) else { return Ok(None) };
    let (_, value) = query.remove(at);
    if query.iter().any(|(name, _)| name == parameter.name) { Err(bad(*parameter, "stands there twice")) } else { Ok(Some(value)) }
}

fn said(headers: &HeaderMap, parameter: &Parameter) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(parameter.name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.to_owned())).map_err(|_| bad(*parameter, "is not plain text")),
        (Some(_), Some(_)) => Err(bad(*parameter, "stands there twice")),
    }
}

/// It has the form of one, and leads nowhere here.
pub(super) fn foreign_cursor() -> Problem {
    let parameter = Some(Parameter::CURSOR.name.to_owned());
    Problem { parameter, ..Problem::new(Code::Invalid, "`cursor` is not `next` of a part of this list") }
}

pub(super) fn bad(parameter: Parameter, why: &str) -> Problem {
    let name = if parameter.place == Place::Header && parameter.name == header::IF_MATCH { "If-Match" } else { parameter.name };
    Problem { parameter: Some(parameter.name.to_owned()), ..Problem::new(Code::BadParameter, format!("`{name}` {why}")) }
}

fn shortened(name: &str) -> String {
    name.chars().filter(|one| !one.is_control()).take(64).collect()
}
