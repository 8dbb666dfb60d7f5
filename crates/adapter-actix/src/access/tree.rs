use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// How deep a body may nest.
const MAX_DEPTH: usize = 32;

/// A JSON value as far as anybody here looks into it. A member that is given twice is refused, however deep it is: what
/// others read of such a body may be something else.
#[derive(Debug)]
pub(super) enum Tree<'b> {
    Null,
    Text(Cow<'b, str>),
    Count(u64),
    /// Any other value that holds nothing.
    Other,
    Items(Vec<Tree<'b>>),
    /// Ordered by name.
    Members(Vec<(Cow<'b, str>, Tree<'b>)>),
}

impl Tree<'_> {
    /// A member of an object that has a value.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Members(members) = self else { return None };
        let (_, value) = members.iter().find(|(given, _)| given == name)?;
        Some(value).filter(|value| !matches!(value, Self::Null))
    }

    pub(super) const fn is_object(&self) -> bool {
        matches!(self, Self::Members(_))
    }

    /// Whether it nests deeper than a body may.
    pub(super) fn is_deep(&self) -> bool {
        self.depth() > MAX_DEPTH
    }

    fn depth(&self) -> usize {
        match self {
            Self::Items(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Members(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Other)
    }

    fn visit_u64<E>(self, count: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Count(count))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if members.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            return Err(de::Error::custom("duplicate field"));
        }
        Ok(Tree::Members(members))
    }
}

/// The name of a member, borrowed where it is written plainly.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'b>(#[serde(borrow)] Cow<'b, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_nothing_is_told_apart_as_far_as_it_matters() {
        let text = r#"{"a":null,"b":"x","c":7,"d":-7,"e":7.0,"f":true,"g":[{}],"h":{"a":1}}"#;
        let tree: Tree<'_> = serde_json::from_str(text).unwrap();
        assert!(tree.member("a").is_none() && tree.member("z").is_none());
        assert!(matches!(tree.member("b"), Some(Tree::Text(text)) if text == "x"));
        assert!(matches!(tree.member("c"), Some(Tree::Count(7))));
        for name in ["d", "e", "f"] {
            assert!(matches!(tree.member(name), Some(Tree::Other)), "{name}");
        }
        assert!(matches!(tree.member("g"), Some(Tree::Items(items)) if items.len() == 1));
        assert!(tree.member("h").unwrap().is_object() && !tree.member("g").unwrap().is_object());
    }

    #[test]
    fn a_member_given_twice_is_refused_however_deep() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[{"b":1,"\u0062":2}]}"#] {
            assert!(serde_json::from_str::<Tree<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn thirty_two_levels_are_not_too_deep() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(!serde_json::from_str::<Tree<'_>>(&nested(32)).unwrap().is_deep());
        assert!(serde_json::from_str::<Tree<'_>>(&nested(33)).unwrap().is_deep());
    }
}
