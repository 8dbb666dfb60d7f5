use std::fmt;
use std::str::FromStr;
use thiserror::Error;

use super::{BadPath, OriginalPath};

/// Which paths a rule is about: `/facilities/{facility}/cameras/**`.
///
/// `{name}` stands for exactly one segment that is not empty; `**`, at the end alone, for all the rest, also for none.
/// Everything else is compared exactly, letter case included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<Segment>,
    end: End,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Placeholder(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The path ends here.
    Exact,
    /// Whatever follows.
    Open,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternFault {
    /// A request with such a path is refused before any rule is looked at.
    #[error("can match no request: {0}")]
    Unmatchable(BadPath),
    /// A query is never looked at.
    #[error("must not have a query: only the path is looked at")]
    Query,
    /// A star that is not the final `/**`.
    #[error("must have `*` only as `/**` at its end")]
    Star,
    /// A brace that is not around a whole segment, or a name that is none.
    #[error("must have braces only around the name of a whole segment, such as {{facility}}")]
    Brace,
    /// Two placeholders of one name.
    #[error("names a placeholder twice")]
    Repeated(String),
}

impl PathPattern {
    /// The pattern that matches every path.
    pub(super) fn everything() -> Self {
        Self { segments: Vec::new(), end: End::Open, text: "/**".to_owned() }
    }

    /// What the placeholders stand for, in their order, where the pattern matches the path.
    pub fn captures<'a>(&'a self, path: &'a OriginalPath) -> Option<Vec<(&'a str, &'a str)>> {
        let mut captures = Vec::new();
        let mut given = path.segments();
        for segment in &self.segments {
            let text = given.next()?;
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Placeholder(name) if !text.is_empty() => captures.push((name.as_str(), text)),
                _ => return None,
            }
        }
        (self.end == End::Open || given.next().is_none()).then_some(captures)
    }

    /// Whether it names this placeholder.
    pub fn has_placeholder(&self, name: &str) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Placeholder(held) if held == name))
    }

    /// Whether it matches every path that the other one matches.
    pub fn covers(&self, other: &Self) -> bool {
        let reaches = match (self.end, other.end) {
            (End::Open, _) => self.segments.len() <= other.segments.len(),
            (End::Exact, End::Exact) => self.segments.len() == other.segments.len(),
            (End::Exact, End::Open) => false,
        };
        reaches && self.segments.iter().zip(&other.segments).all(|(mine, its)| mine.covers(its))
    }
}

impl Segment {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Placeholder(_), Self::Placeholder(_)) => true,
            (Self::Placeholder(_), Self::Literal(literal)) => !literal.is_empty(),
            (Self::Literal(mine), Self::Literal(its)) => mine == its,
            (Self::Literal(_), Self::Placeholder(_)) => false,
        }
    }
}

impl FromStr for PathPattern {
    type Err = PatternFault;

    fn from_str(text: &str) -> Result<Self, PatternFault> {
        if text.contains('?') {
            return Err(PatternFault::Query);
        }
        let (stem, end) = match text.strip_suffix("/**") {
            Some(stem) => (stem, End::Open),
            None => (text, End::Exact),
        };
        if stem.contains('*') {
            return Err(PatternFault::Star);
        }
        let written: Vec<&str> = if stem.is_empty() && end == End::Open { Vec::new() } else { pieces(stem)? };
        let mut segments = Vec::new();
        for piece in written {
            let segment = Segment::read(piece)?;
            if let Segment::Placeholder(name) = &segment
                && segments.contains(&segment)
            {
                return Err(PatternFault::Repeated(name.clone()));
            }
            segments.push(segment);
        }
        let pattern = Self { segments, end, text: text.to_owned() };
        OriginalPath::of_target(pattern.example().as_bytes()).map_err(PatternFault::Unmatchable)?;
        Ok(pattern)
    }
}

fn pieces(stem: &str) -> Result<Vec<&str>, PatternFault> {
    let rest = stem.strip_prefix('/').ok_or(PatternFault::Unmatchable(BadPath::NotAbsolute))?;
    Ok(rest.split('/').collect())
}

impl Segment {
    fn read(piece: &str) -> Result<Self, PatternFault> {
        if !piece.contains(['{', '}']) {
            return Self::literal(piece);
        }
        let name =
            piece.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or(PatternFault::Brace)?;
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { Ok(Self::Placeholder(name.to_owned())) } else { Err(PatternFault::Brace) }
    }

    /// In the spelling that paths are compared in.
    fn literal(piece: &str) -> Result<Self, PatternFault> {
        let path =
            OriginalPath::of_target(format!("/{piece}").as_bytes()).map_err(PatternFault::Unmatchable)?;
        Ok(Self::Literal(path.segments().next().unwrap_or_default().to_owned()))
    }
}

impl PathPattern {
    /// A path that it matches.
    fn example(&self) -> String {
        let texts: Vec<&str> = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(literal) => literal.as_str(),
                Segment::Placeholder(_) => "x",
            })
            .collect();
        let rest = if self.end == End::Open { "/x" } else { "" };
        if texts.is_empty() { rest.to_owned() } else { format!("/{}{rest}", texts.join("/")) }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn pattern(text: &str) -> PathPattern {
        text.parse().unwrap()
    }

    fn matches(pattern: &PathPattern, path: &str) -> bool {
        pattern.captures(&OriginalPath::of_target(path.as_bytes()).unwrap()).is_some()
    }

    #[rstest]
    #[case("/", &["/"], &["/a"])]
    #[case("/a/b", &["/a/b", "/a/b?c"], &["/a", "/a/b/", "/a/b/c", "/A/b", "/a/bb"])]
    #[case("/a/", &["/a/"], &["/a", "/a/b"])]
    #[case("/a/{x}", &["/a/b", "/a/;", "/a/%20"], &["/a", "/a/", "/a/b/", "/a/b/c"])]
    #[case("/{x}/b", &["/a/b"], &["/b", "/a/a/b"])]
    #[case("/a/**", &["/a", "/a/", "/a/b", "/a/b/c", "/a/b/"], &["/", "/ab", "/b/a"])]
    #[case("/**", &["/", "/a", "/a/b/"], &[])]
    #[case("/f/{f}/cameras/**", &["/f/1/cameras", "/f/1/cameras/2/3"], &["/f/cameras", "/f/1", "/f/1/cameras2"])]
    #[case("/a:b", &["/a:b", "/a%3Ab", "/a%3ab"], &["/a%25b"])]
    #[case("/caf%c3%a9", &["/caf%C3%A9"], &["/cafe"])]
    fn a_pattern_matches(#[case] text: &str, #[case] matching: &[&str], #[case] other: &[&str]) {
        let pattern = pattern(text);
        assert_eq!(pattern.to_string(), text);
        assert!(matching.iter().all(|path| matches(&pattern, path)), "{text}");
        assert!(other.iter().all(|path| !matches(&pattern, path)), "{text}");
    }

    #[test]
    fn placeholders_tell_what_they_stand_for() {
        let path = OriginalPath::of_target(b"/f/7/doors/8/open").unwrap();
        let pattern = pattern("/f/{facility}/doors/{door_2}/**");
        assert_eq!(pattern.captures(&path), Some(vec![("facility", "7"), ("door_2", "8")]));
        assert!(pattern.has_placeholder("door_2") && !pattern.has_placeholder("doors"));
    }

    #[rstest]
    #[case("", PatternFault::Unmatchable(BadPath::NotAbsolute))]
    #[case("a", PatternFault::Unmatchable(BadPath::NotAbsolute))]
    #[case("**", PatternFault::Star)]
    #[case("/a/**/b", PatternFault::Star)]
    #[case("/a/*", PatternFault::Star)]
    #[case("/a**", PatternFault::Star)]
    #[case("/a/***", PatternFault::Star)]
    #[case("/a?b", PatternFault::Query)]
    #[case("//", PatternFault::Unmatchable(BadPath::EmptySegment))]
    #[case("//**", PatternFault::Unmatchable(BadPath::EmptySegment))]
    #[case("/a/../b", PatternFault::Unmatchable(BadPath::DotSegment))]
    #[case("/%61", PatternFault::Unmatchable(BadPath::NeedlessEncoding))]
    #[case("/a b", PatternFault::Unmatchable(BadPath::ForbiddenCharacter))]
    #[case("/a\\b", PatternFault::Unmatchable(BadPath::Backslash))]
    #[case("/é", PatternFault::Unmatchable(BadPath::ForbiddenCharacter))]
    #[case("/{}", PatternFault::Brace)]
    #[case("/{1a}", PatternFault::Brace)]
    #[case("/{a-b}", PatternFault::Brace)]
    #[case("/{a", PatternFault::Brace)]
    #[case("/a}", PatternFault::Brace)]
    #[case("/x{a}", PatternFault::Brace)]
    #[case("/{a}{b}", PatternFault::Brace)]
    #[case("/{a}/{a}", PatternFault::Repeated("a".to_owned()))]
    fn what_could_match_nothing_or_mislead_is_no_pattern(#[case] text: &str, #[case] fault: PatternFault) {
        assert_eq!(text.parse::<PathPattern>(), Err(fault), "{text}");
    }

    #[test]
    fn a_pattern_that_would_be_too_long_is_none() {
        let text = format!("/{}", "a".repeat(2048));
        assert_eq!(text.parse::<PathPattern>(), Err(PatternFault::Unmatchable(BadPath::TooLong)));
    }

    #[rstest]
    #[case("/**", "/", true)]
    #[case("/**", "/a/{x}", true)]
    #[case("/a/**", "/a", true)]
    #[case("/a/{x}", "/a/b", true)]
    #[case("/a/{x}", "/a/{y}", true)]
    #[case("/a/b", "/a/{x}", false)]
    #[case("/a/{x}", "/a/", false)]
    #[case("/a", "/a/**", false)]
    #[case("/a/{x}/**", "/a/**", false)]
    #[case("/a/**", "/{x}/**", false)]
    fn a_wider_pattern_covers_a_narrower_one(#[case] wide: &str, #[case] narrow: &str, #[case] covers: bool) {
        assert_eq!(pattern(wide).covers(&pattern(narrow)), covers);
    }

    fn some_pattern() -> impl Strategy<Value = PathPattern> {
        let segment =
            |n: usize| prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just(format!("{{p{n}}}"))];
        let segments = prop_oneof![
            Just(vec![]),
            segment(0).prop_map(|a| vec![a]),
            (segment(0), segment(1)).prop_map(|(a, b)| vec![a, b]),
            (segment(0), segment(1), segment(2)).prop_map(|(a, b, c)| vec![a, b, c]),
        ];
        let end = prop_oneof![Just(""), Just("/"), Just("/**")];
        (segments, end).prop_map(|(segments, end)| {
            let text =
                segments.iter().map(|segment| format!("/{segment}")).collect::<Vec<_>>().concat() + end;
            pattern(if text.is_empty() { "/" } else { &text })
        })
    }

    /// The paths that tell patterns of these segments apart.
    fn telling_paths() -> Vec<String> {
        let one = ["a", "b", "z"];
        let mut paths = vec![String::new()];
        let mut longest = paths.clone();
        for _ in 0..4 {
            longest = longest.iter().flat_map(|path| one.map(|name| format!("{path}/{name}"))).collect();
            paths.extend(longest.clone());
        }
        let mut all: Vec<String> = paths.iter().map(|path| format!("{path}/")).collect();
        all.extend(paths.into_iter().filter(|path| !path.is_empty()));
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn to_cover_is_to_match_whatever_the_other_matches(wide in some_pattern(), narrow in some_pattern()) {
            let matches_all = telling_paths().iter().all(|path| !matches(&narrow, path) || matches(&wide, path));
            prop_assert_eq!(wide.covers(&narrow), matches_all, "{} {}", wide, narrow);
        }

        #[test]
        fn whatever_can_be_read_matches_its_example(text in "(/[a-z{}%:*0-9.]{0,4}){1,4}") {
            if let Ok(pattern) = text.parse::<PathPattern>() {
                prop_assert!(matches(&pattern, &pattern.example()), "{}", pattern);
                prop_assert!(pattern.covers(&pattern));
            }
        }
    }
}
