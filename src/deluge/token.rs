//! The words and marks of the language.

/// A run of bytes of the script: `start` inclusive, `end` exclusive, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    pub start: u32,
    pub end: u32,
}

impl Extent {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Extent { start: start as u32, end: end as u32 }
    }

    /// From the start of this to the end of another.
    pub(super) fn to(self, end: Extent) -> Self {
        Extent { start: self.start, end: end.end.max(self.start) }
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text that stands here.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Extent,
    /// A line break stands between this token and the one before.
    pub(super) new_line: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word(Word),
    Number,
    /// Quoted with `"`.
    Text,
    /// Quoted with `'`: a date, a time, or plain text.
    Quoted,
    Mark(Mark),
    End,
}

/// A name, or one of the words that steer. Only some places read them as steering: `info = 1;` assigns to `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Plain,
    If,
    Else,
    For,
    Each,
    Index,
    In,
    While,
    Try,
    Catch,
    Finally,
    Throw,
    Info,
    Return,
    Break,
    Continue,
    True,
    False,
    Null,
}

impl Word {
    /// Case does not matter.
    pub(super) fn of(text: &str) -> Word {
        const WORDS: [(&str, Word); 18] = [
            ("if", Word::If),
            ("else", Word::Else),
            ("for", Word::For),
            ("each", Word::Each),
            ("index", Word::Index),
            ("in", Word::In),
            ("while", Word::While),
            ("try", Word::Try),
            ("catch", Word::Catch),
            ("finally", Word::Finally),
            ("throw", Word::Throw),
            ("info", Word::Info),
            ("return", Word::Return),
            ("break", Word::Break),
            ("continue", Word::Continue),
            ("true", Word::True),
            ("false", Word::False),
            ("null", Word::Null),
        ];
        WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map_or(Word::Plain, |(_, word)| *word)
    }
}

macro_rules! marks {
    ($($text:literal $name:ident)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Mark { $($name),* }

        impl Mark {
            /// Longer marks stand before their own beginnings.
            pub(super) const ALL: &'static [Mark] = &[$(Mark::$name),*];

            pub(super) fn text(self) -> &'static str {
                match self { $(Mark::$name => $text),* }
            }
        }
    };
}

marks! {
    "==" Same "!=" Differs "<=" AtMost ">=" AtLeast "&&" And "||" Or
    "+=" AddTo "-=" TakeFrom "*=" MultiplyBy "/=" DivideBy "%=" RemainderBy
    "=" Becomes "<" Less ">" More "+" Plus "-" Minus "*" Times "/" Over "%" Modulo "!" Not
    "." Dot "," Comma ":" Colon ";" Semicolon
    "(" ParenOpen ")" ParenClose "[" BracketOpen "]" BracketClose "{" BraceOpen "}" BraceClose
}

impl Mark {
    /// Gives a variable a value.
    pub(super) fn assigns(self) -> bool {
        matches!(self, Mark::Becomes | Mark::AddTo | Mark::TakeFrom | Mark::MultiplyBy | Mark::DivideBy | Mark::RemainderBy)
    }
}

/// The names of types: they begin a function's signature and are case-insensitive.
pub(super) fn is_type(word: &str) -> bool {
    const TYPES: [&str; 19] = [
        "void",
        "string",
        "text",
        "int",
        "integer",
        "long",
        "bigint",
        "decimal",
        "float",
        "bool",
        "boolean",
        "date",
        "time",
        "datetime",
        "list",
        "map",
        "collection",
        "key-value",
        "any",
    ];
    const RARE: [&str; 4] = ["file", "xml", "key", "number"];
    TYPES.iter().chain(&RARE).any(|name| name.eq_ignore_ascii_case(word))
}
