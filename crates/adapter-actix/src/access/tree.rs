use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// How deep a body may nest.
const MAX_DEPTH: usize = 32;

/// A JSON value as far as anybody here looks into it. A member that is given twice is refused, however deep it is: what
/// others read of such a body may be something else.
#[derive(Debug)]
pub(super) enum Tree {
    Null,
    Text(String),
    Count(u64),
    /// Any other value that holds nothing.
    Other,
    Items(Vec<Tree>),
    Members(BTreeMap<String, Tree>),
}

impl Tree {
    /// A member of an object that has a value.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Members(members) = self else { return None };
        members.get(name).filter(|value| !matches!(value, Self::Null))
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
            Self::Members(members) => 1 + members.values().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_u64<E>(self, count: u64) -> Result<Tree, E> {
        Ok(Tree::Count(count))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Tree>()? {
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom("duplicate field"));
            }
        }
        Ok(Tree::Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_nothing_is_told_apart_as_far_as_it_matters() {
        let text = r#"{"a":null,"b":"x","c":7,"d":-7,"e":7.0,"f":true,"g":[{}],"h":{"a":1}}"#;
        let tree: Tree = serde_json::from_str(text).unwrap();
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
            assert!(serde_json::from_str::<Tree>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn thirty_two_levels_are_not_too_deep() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(!serde_json::from_str::<Tree>(&nested(32)).unwrap().is_deep());
        assert!(serde_json::from_str::<Tree>(&nested(33)).unwrap().is_deep());
    }
}
