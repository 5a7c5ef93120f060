//! The templates: those built in, overlaid by a project's own. A template's name says what it is rendered for.

use super::diags::{Forbidden, Unplaced};
use super::{complaint, limits, literal};
use crate::diag::{Diagnostic, Diagnostics};
use crate::resource::Kind;
use crate::text::{FileId, Source, Sources, Span};
use std::collections::BTreeMap;
use std::io;
use tera::{ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// Below `templates/`, with their names.
const BUILT_IN: [(&str, &str); 6] = [
    ("_parameters.json", include_str!("../../templates/_parameters.json")),
    ("connection.ds", include_str!("../../templates/connection.ds")),
    ("connection.json", include_str!("../../templates/connection.json")),
    ("connection.widget.json", include_str!("../../templates/connection.widget.json")),
    ("webhook.json", include_str!("../../templates/webhook.json")),
    ("function.json", include_str!("../../templates/function.json")),
];

/// Names that a template may begin with, up to its first dot.
const SUBJECTS: [(&str, Subject); 5] = [
    ("project", Subject::Project),
    ("service", Subject::Each(Kind::Service)),
    ("connection", Subject::Each(Kind::Connection)),
    ("webhook", Subject::Each(Kind::Webhook)),
    ("function", Subject::Each(Kind::Function)),
];

/// The filters that turn a value into a literal; every `{{ … }}` ends in one.
pub(super) const LANGUAGES: [&str; 4] = ["deluge", "json", "comment", "markdown"];

/// A snippet larger than this is a template that loops over itself, in bytes.
pub(super) const LARGEST_SNIPPET: usize = 4 << 20;

/// What a template is rendered for: the whole project once, or each resource of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Project,
    Each(Kind),
}

/// A template that is rendered, not only included by others.
pub(super) struct Placed<'a> {
    pub(super) name: &'a str,
    pub(super) subject: Subject,
    pub(super) extension: &'a str,
}

/// Templates that are well-formed; whether the values that they ask for exist shows when they are rendered.
pub struct Templates {
    engine: Tera,
    /// The project's own, by name, with the place of their text.
    pub(super) own: BTreeMap<String, Own>,
}

pub(super) struct Own {
    pub(super) file: FileId,
    pub(super) source: Source,
}

impl Templates {
    /// Bowline's own templates.
    pub fn built_in() -> Self {
        let mut engine = engine();
        engine.add_raw_templates(BUILT_IN).expect("a test renders every built-in template");
        Templates { engine, own: BTreeMap::new() }
    }

    /// The built-in templates overlaid by a project's own: name below its `templates/` folder → text in `sources`.
    pub fn overlaid(sources: &Sources, own: impl IntoIterator<Item = (String, FileId)>) -> Result<Self, Diagnostics> {
        let mut templates = Templates::built_in();
        let mut diags = Diagnostics::default();
        for (name, file) in own {
            if !name.starts_with('_') && placed(&name).is_none() {
                let known = SUBJECTS.map(|(word, _)| word);
                diags.push(Unplaced { name: &name, at: Span::new(file, 0, 0), known: &known });
            }
            templates.own.insert(name, Own { file, source: sources.get(file).clone() });
        }
        for (name, own) in &templates.own {
            if let Err(error) = engine().add_raw_template(name, &own.source.text)
                && matches!(error.kind(), ErrorKind::SyntaxError(_))
            {
                diags.push(complaint::of(&templates, name, &error));
            } else if let Some(refused) = limits::refused(name, &own.source.text) {
                diags.push(Forbidden { name, at: Span::new(own.file, refused.range.start, refused.range.end), refused });
            }
        }
        // Includes and parents are looked up only once every text is known to be well-formed.
        if !diags.has_errors()
            && let Err(error) = templates.engine.add_raw_templates(templates.own.iter().map(|(name, own)| (name, &own.source.text)))
        {
            complaint::unbuilt(&templates, &error).into_iter().for_each(|diagnostic| diags.push(diagnostic));
        }
        if diags.has_errors() { Err(diags) } else { Ok(templates) }
    }

    /// The templates that are rendered, by name.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Placed<'_>> {
        let mut names: Vec<&str> = self.engine.get_template_names().collect();
        names.sort_unstable();
        names.into_iter().filter_map(placed)
    }

    pub(super) fn render(&self, name: &str, context: &tera::Context) -> Result<String, Diagnostic> {
        let mut output = Bounded(Vec::new());
        self.engine.render_to(name, context, &mut output).map_err(|error| complaint::of(self, name, &error))?;
        Ok(String::from_utf8(output.0).expect("templates and values are UTF-8"))
    }
}

fn placed(name: &str) -> Option<Placed<'_>> {
    let (stem, extension) = name.split_once('.')?;
    let (_, subject) = SUBJECTS.into_iter().find(|(word, _)| *word == stem)?;
    let plain = !extension.is_empty() && extension.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    plain.then_some(Placed { name, subject, extension })
}

/// An engine with our filters. It has no function that reads files or the environment.
fn engine() -> Tera {
    let mut engine = Tera::new();
    engine.autoescape_on([""]);
    engine.set_escape_fn(|_, _| Err(io::Error::other("a value without a language")));
    engine.register_filter("deluge", |text: &str, _: Kwargs, _: &State| Value::safe_string(&crate::deluge::literal(text)));
    engine.register_filter("comment", |text: &str, _: Kwargs, _: &State| Value::safe_string(&literal::comment(text)));
    engine.register_filter("markdown", |text: &str, _: Kwargs, _: &State| Value::safe_string(&literal::markdown(text)));
    engine.register_filter("json", |value: &Value, _: Kwargs, _: &State| as_json(value));
    engine.register_filter("safe", |_: &Value, _: Kwargs, _: &State| no_safe());
    engine
}

fn as_json(value: &Value) -> TeraResult<Value> {
    if value.is_undefined() {
        let (expected_type, actual_type) = ("value".to_owned(), "undefined".to_owned());
        return Err(tera::Error::new(ErrorKind::InvalidArgument { expected_type, actual_type }));
    }
    literal::json(value).map(|text| Value::safe_string(&text)).map_err(tera::Error::message)
}

fn no_safe() -> TeraResult<Value> {
    Err(tera::Error::message("`safe` is switched off: end the expression with the language that it stands in"))
}

/// A buffer that refuses to grow without end.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST_SNIPPET {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
