//! Every diagnostic's code: its stable id, family, usual severity, one-line title and long explanation.

use super::Severity;

/// Groups codes for sorting and listing, in the order in which a file is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    Syntax,
    Project,
    Shape,
    Secrets,
    Names,
    Graph,
    Scopes,
    Safety,
    Credentials,
    Scripts,
    Unused,
}

macro_rules! codes {
    ($($variant:ident $id:literal $family:ident $severity:ident $title:literal)*) => {
        /// A stable name for one kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $variant),* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The id, as printed and as given to `explain`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id),* }
            }

            pub fn family(self) -> Family {
                match self { $(Code::$variant => Family::$family),* }
            }

            /// The severity that a finding of this code has unless it says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }

            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),* }
            }

            /// What it is, why it matters, a wrong and a right example: Markdown.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("explain/", $id, ".md"))),* }
            }
        }
    };
}

codes! {
    YamlSyntax "yaml-syntax" Syntax Error "the file is not well-formed YAML"
    InvalidUtf8 "invalid-utf8" Syntax Error "the file is not UTF-8 text"
    ControlCharacter "control-character" Syntax Error "a control or direction-changing character stands in the text"
    FileTooLarge "file-too-large" Syntax Error "a file or the project is larger than Bowline reads"
    NestedTooDeep "nested-too-deep" Syntax Error "values are nested deeper than Bowline reads"
    TooManyValues "too-many-values" Syntax Error "a file holds more values, counted with its aliases, than Bowline reads"
    UnknownTag "unknown-tag" Syntax Error "a YAML tag that Bowline does not know"
    SecondDocument "second-document" Syntax Error "a file holds more than one YAML document"
    UndefinedAlias "undefined-alias" Syntax Error "an alias names an anchor that is not defined before it"
    BadMerge "bad-merge" Syntax Error "a merge key `<<` does not name a mapping"
    BadKey "bad-key" Syntax Error "a key is not plain text"
    DuplicateKey "duplicate-key" Syntax Error "a key stands twice in one mapping"
    MissingProject "missing-project" Project Error "the folder holds no `bowline.yaml`"
    IncludeEscapes "include-escapes" Project Error "a path leads out of the project's folder"
    IncludeMatchesNothing "include-matches-nothing" Project Error "an `include` pattern matches no file"
    UnreadableFile "unreadable-file" Project Error "a file of the project cannot be read"
    UnknownEnvironment "unknown-environment" Project Error "an environment that the project does not declare"
    UnknownVariable "unknown-variable" Project Error "a variable that the project does not declare"
    VariableWithoutValue "variable-without-value" Project Error "a variable has neither a default nor a value in this environment"
    VariableNotAllowed "variable-not-allowed" Project Error "a variable's value is not among those it allows"
    BadInterpolation "bad-interpolation" Project Error "a `${{ … }}` expression is not one that Bowline knows"
    UnknownRule "unknown-rule" Project Error "`rules` names a code that Bowline does not have"
    FixedRule "fixed-rule" Project Error "an error of an invalid configuration cannot be relaxed"
    BadPolicy "bad-policy" Project Error "a policy cannot be read"
    UnknownKey "unknown-key" Shape Error "a key that Bowline does not know in this place"
    MissingKey "missing-key" Shape Error "a key that is required is missing"
    WrongType "wrong-type" Shape Error "a value is of the wrong type"
    ValueNotAllowed "value-not-allowed" Shape Error "a value is not among the allowed ones"
    BadValue "bad-value" Shape Error "a value does not have the required form"
    BadLinkName "bad-link-name" Shape Error "a link name does not have the required form"
    BadUrl "bad-url" Shape Error "a URL cannot be read"
    BadHost "bad-host" Shape Error "a host pattern cannot be read or is too wide"
    BadMergeField "bad-merge-field" Shape Error "a merge field `${…}` is not well formed"
    LiteralSecret "literal-secret" Secrets Error "a secret is written into the file"
    DuplicateResource "duplicate-resource" Names Error "a link name is declared twice"
    DuplicateHeader "duplicate-header" Names Error "a header is given twice under different case"
    UnknownService "unknown-service" Names Error "a service that is neither declared nor a default service"
    UnknownConnection "unknown-connection" Names Error "a connection that the project does not declare"
    UnknownDependency "unknown-dependency" Names Error "`depends_on` names something that the project does not declare"
    UnknownMoved "unknown-moved" Names Error "a `moved` entry does not fit the declarations"
    BadOwnership "bad-ownership" Names Error "an `adopt` or `forget` entry does not fit the declarations"
    DependencyCycle "dependency-cycle" Graph Error "resources depend on each other in a circle"
    ScopeNotInService "scope-not-in-service" Scopes Error "a scope that the custom service does not offer"
    UnknownScope "unknown-scope" Scopes Warning "a scope that the catalogue does not know for this service"
    DeprecatedScope "deprecated-scope" Scopes Warning "a scope that the service is phasing out"
    ScopeDelimiter "scope-delimiter" Scopes Warning "scopes would be joined in a way that the service does not understand"
    MissingScope "missing-scope" Scopes Error "a connection asks for no scope where the service needs one"
    MissingOfflineAccess "missing-offline-access" Safety Warning "the service will not issue a refresh token"
    PlainHttp "plain-http" Safety Error "an endpoint that receives credentials is not HTTPS"
    HostNotAllowed "host-not-allowed" Safety Error "a credential would go to a host that is not the service's"
    DataCentreMismatch "data-centre-mismatch" Safety Error "a call goes to another Zoho data centre than its connection's"
    ForbiddenHeader "forbidden-header" Safety Error "a webhook sets a header that the platform sets itself"
    Contradiction "contradiction" Safety Error "two settings of one resource cannot both hold"
    MissingCredential "missing-credential" Credentials Error "a connection lacks a credential that its service asks for"
    UnknownCredential "unknown-credential" Credentials Error "a credential or parameter that the service does not ask for"
    MissingParameter "missing-parameter" Credentials Error "a connection lacks a parameter of its service"
    NeedsLoginUser "needs-login-user" Credentials Warning "a webhook is signed by a connection of each login user's own account"
    MissingScript "missing-script" Scripts Error "a function's script cannot be found"
    ScriptSyntax "script-syntax" Scripts Error "a script is not well-formed Deluge"
    UndeclaredConnection "undeclared-connection" Scripts Error "a script names a connection that the project does not declare"
    ForeignConnection "foreign-connection" Scripts Error "a script gives a call the connection of another service"
    DeprecatedCall "deprecated-call" Scripts Warning "a script calls out in a form that the platform is phasing out"
    DynamicConnection "dynamic-connection" Scripts Note "a script chooses its connection when it runs"
    OwnAuthorization "own-authorization" Scripts Note "a script puts an `Authorization` header together itself"
    UnquotedConnection "unquoted-connection" Scripts Note "a script names a connection without quotes"
    BadTemplate "bad-template" Scripts Error "a template of the project cannot be rendered"
    UnusedConnection "unused-connection" Unused Warning "nothing uses a connection"
    UnusedService "unused-service" Unused Warning "nothing uses a service"
    BadIgnore "bad-ignore" Unused Warning "an ignore comment that ignores nothing, for it is not well formed"
    UnusedIgnore "unused-ignore" Unused Warning "an ignore comment has nothing to ignore"
    ShadowsDefaultService "shadows-default-service" Unused Warning "a custom service has the name of a default one"
}

impl Code {
    pub fn from_id(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id() == id)
    }

    /// Whether a project may say how much it matters. What makes a configuration invalid matters always; plain HTTP does not
    /// where it stays on this machine.
    pub fn is_adjustable(self) -> bool {
        self.severity() != Severity::Error || self == Code::PlainHttp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_in_five_parts() {
        for code in Code::ALL {
            let headings: Vec<&str> = code.explanation().lines().filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(headings, ["What", "Why", "Wrong", "Right", "Mend"], "{}", code.id());
            assert_eq!(Code::from_id(code.id()), Some(*code));
        }
    }
}
