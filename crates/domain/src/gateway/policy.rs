use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

use super::{Judgement, Method, OriginalPath, PathPattern, Requirement};
use crate::permission::Caller;

/// The name of a policy, as doors carry it in their path: 1–64 characters of `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyName(String);

/// Not the name of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to 64 letters, digits, `_` or `-`")]
pub struct PolicyNameFault;

impl PolicyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PolicyName {
    type Err = PolicyNameFault;

    fn from_str(text: &str) -> Result<Self, PolicyNameFault> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let is_name = (1..=64).contains(&text.len()) && text.bytes().all(is_plain);
        if is_name { Ok(Self(text.to_owned())) } else { Err(PolicyNameFault) }
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What requests of these methods and paths need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `None` for any.
    methods: Option<BTreeSet<Method>>,
    path: PathPattern,
    require: Requirement,
}

/// Why there is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleFault {
    /// It lists its methods, and there is none.
    #[error("must list a method, or leave `methods` out for any")]
    NoMethod,
    /// The facility is to be found in the path, where it is not.
    #[error("names a placeholder that the path lacks")]
    UnknownPlaceholder(String),
}

impl Rule {
    /// A rule about these methods (`None` for any) of these paths.
    pub fn new(
        methods: Option<BTreeSet<Method>>,
        path: PathPattern,
        require: Requirement,
    ) -> Result<Self, RuleFault> {
        if methods.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(RuleFault::NoMethod);
        }
        match require.placeholder().filter(|name| !path.has_placeholder(name)) {
            Some(name) => Err(RuleFault::UnknownPlaceholder(name.to_owned())),
            None => Ok(Self { methods, path, require }),
        }
    }

    /// Its methods; `None` for any.
    pub const fn methods(&self) -> Option<&BTreeSet<Method>> {
        self.methods.as_ref()
    }

    /// Its paths.
    pub const fn path(&self) -> &PathPattern {
        &self.path
    }

    /// What it asks.
    pub const fn require(&self) -> &Requirement {
        &self.require
    }

    fn is_about(&self, method: &Method) -> bool {
        self.methods.as_ref().is_none_or(|methods| methods.contains(method))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.methods {
            None => f.write_str("any method")?,
            Some(methods) => {
                let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
                f.write_str(&names.join(", "))?;
            }
        }
        write!(f, " of {}: {}", self.path, self.require)
    }
}

/// Rules in the order in which they are looked at. What no rule is about is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(Vec<Rule>);

/// Why rules make no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// Earlier rules decide about everything that this one is about. The numbers begin with 1.
    #[error("is never reached: rule {by} covers it")]
    Unreachable {
        /// The rule that is never reached.
        rule: usize,
        /// The first of the rules that cover it.
        by: usize,
    },
}

impl Policy {
    /// The policy of these rules.
    pub fn new(rules: Vec<Rule>) -> Result<Self, PolicyFault> {
        for (index, rule) in rules.iter().enumerate() {
            let earlier = rules.get(..index).unwrap_or_default();
            if let Some(by) = covering(earlier, rule) {
                return Err(PolicyFault::Unreachable { rule: index + 1, by });
            }
        }
        Ok(Self(rules))
    }

    /// The policy that asks for a valid token, whatever the method and the path.
    pub fn authenticated() -> Self {
        let everything = PathPattern::everything();
        Self(vec![Rule { methods: None, path: everything, require: Requirement::Authenticated }])
    }

    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// The first rule that is about the method and the path.
    pub fn deciding<'a>(&'a self, method: &Method, path: &'a OriginalPath) -> Option<Deciding<'a>> {
        self.0.iter().enumerate().filter(|(_, rule)| rule.is_about(method)).find_map(|(index, rule)| {
            let captures = rule.path.captures(path)?;
            Some(Deciding { number: index + 1, rule, captures })
        })
    }
}

/// The number of the first of the rules that together decide about everything that this one is about.
fn covering(earlier: &[Rule], rule: &Rule) -> Option<usize> {
    let wide = || earlier.iter().enumerate().filter(|(_, wide)| wide.path.covers(&rule.path));
    let Some(methods) = &rule.methods else {
        return wide().find(|(_, wide)| wide.methods.is_none()).map(|(index, _)| index + 1);
    };
    let each = methods.iter().map(|method| wide().find(|(_, wide)| wide.is_about(method)));
    let found: Option<Vec<usize>> = each.map(|found| found.map(|(index, _)| index + 1)).collect();
    found?.into_iter().min()
}

/// The rule that decides about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding<'a> {
    /// Which of the policy it is, beginning with 1.
    pub number: usize,
    /// The rule.
    pub rule: &'a Rule,
    captures: Vec<(&'a str, &'a str)>,
}

impl Deciding<'_> {
    /// Whether the request may pass whoever calls, and without a token.
    pub fn is_for_anyone(&self) -> bool {
        self.rule.require == Requirement::Anyone
    }

    /// What it means for this caller.
    pub fn judge(&self, caller: &Caller) -> Judgement {
        self.rule.require.judge(caller, &self.captures)
    }
}

/// Every policy by its name, the built-in one among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies(BTreeMap<PolicyName, Policy>);

impl Policies {
    /// The name of the policy that is always there.
    pub const AUTHENTICATED: &str = "authenticated";

    /// These, beside the built-in one, which stays what it is.
    pub fn new(mut own: BTreeMap<PolicyName, Policy>) -> Self {
        own.insert(PolicyName(Self::AUTHENTICATED.to_owned()), Policy::authenticated());
        Self(own)
    }

    /// The policy of this name.
    pub fn named(&self, name: &str) -> Option<&Policy> {
        self.0.iter().find(|(own, _)| own.as_str() == name).map(|(_, policy)| policy)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&PolicyName, &Policy)> {
        self.0.iter()
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{AccessCondition, Conditions};
    use proptest::prelude::*;
    use rstest::rstest;

    fn rule(methods: &str, path: &str) -> Rule {
        let methods =
            (methods != "any").then(|| methods.split(' ').map(|name| name.parse().unwrap()).collect());
        Rule::new(methods, path.parse().unwrap(), Requirement::Authenticated).unwrap()
    }

    fn policy(rules: &[(&str, &str)]) -> Result<Policy, PolicyFault> {
        Policy::new(rules.iter().map(|(methods, path)| rule(methods, path)).collect())
    }

    fn deciding(policy: &Policy, method: &str, path: &str) -> Option<usize> {
        let path = OriginalPath::of_target(path.as_bytes()).unwrap();
        policy.deciding(&method.parse().unwrap(), &path).map(|deciding| deciding.number)
    }

    #[test]
    fn names_fit_into_a_path() {
        for name in ["a", "cameras", "A_b-9", &"a".repeat(64)] {
            assert_eq!(name.parse::<PolicyName>().unwrap().to_string(), name);
        }
        for name in ["", "a.b", "a/b", "a b", "é", "a%41", &"a".repeat(65)] {
            assert_eq!(name.parse::<PolicyName>(), Err(PolicyNameFault), "{name}");
        }
    }

    #[test]
    fn the_first_rule_about_method_and_path_decides() {
        let policy = policy(&[("GET HEAD", "/a/**"), ("any", "/a/b"), ("POST", "/**")]).unwrap();
        for (method, path, number) in [
            ("GET", "/a/b", Some(1)),
            ("HEAD", "/a", Some(1)),
            ("POST", "/a/b", Some(2)),
            ("get", "/a/b", Some(2)),
            ("POST", "/a", Some(3)),
            ("DELETE", "/a", None),
            ("GET", "/b", None),
        ] {
            assert_eq!(deciding(&policy, method, path), number, "{method} {path}");
        }
        assert_eq!(policy.rules().len(), 3);
    }

    #[test]
    fn a_rule_tells_what_it_is_made_of() {
        let named = rule("GET HEAD", "/a/**");
        let methods: Vec<_> = named.methods().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            (methods, named.path().to_string()),
            (vec!["GET".to_owned(), "HEAD".to_owned()], "/a/**".to_owned())
        );
        assert_eq!(rule("any", "/").methods(), None);
    }

    #[test]
    fn anyone_passes_only_where_the_rule_says_so() {
        let path = OriginalPath::of_target(b"/a").unwrap();
        for (require, is_for_anyone) in [(Requirement::Anyone, true), (Requirement::Authenticated, false)] {
            let rule = Rule::new(None, "/a".parse().unwrap(), require).unwrap();
            let policy = Policy::new(vec![rule]).unwrap();
            let deciding = policy.deciding(&"GET".parse().unwrap(), &path).unwrap();
            assert_eq!(deciding.is_for_anyone(), is_for_anyone);
        }
    }

    #[rstest]
    #[case(&[("any", "/**"), ("any", "/a")], 2, 1)]
    #[case(&[("any", "/b"), ("any", "/{x}"), ("GET", "/a")], 3, 2)]
    #[case(&[("GET", "/a"), ("GET", "/a")], 2, 1)]
    #[case(&[("GET POST", "/a/**"), ("GET", "/a/b")], 2, 1)]
    #[case(&[("GET", "/**"), ("POST", "/a"), ("GET POST", "/a")], 3, 1)]
    fn a_rule_that_is_never_reached_is_a_fault(
        #[case] rules: &[(&str, &str)],
        #[case] number: usize,
        #[case] by: usize,
    ) {
        assert_eq!(policy(rules), Err(PolicyFault::Unreachable { rule: number, by }));
    }

    #[test]
    fn a_rule_that_decides_about_something_stays() {
        for rules in [
            &[("GET", "/a"), ("any", "/a")][..],
            &[("GET", "/a/**"), ("GET POST", "/a/b")],
            &[("any", "/a/b"), ("any", "/a/{x}"), ("any", "/a/**")],
            &[("GET", "/a"), ("POST", "/a")],
        ] {
            assert!(policy(rules).is_ok(), "{rules:?}");
        }
        assert_eq!(policy(&[]).map(|policy| deciding(&policy, "GET", "/")), Ok(None));
    }

    #[test]
    fn a_rule_lists_a_method_and_has_the_placeholder_that_it_needs() {
        let access = AccessCondition { action: "read".parse().unwrap(), placeholder: "facility".to_owned() };
        let require = Requirement::All(Conditions::new(Some(access), None, None).unwrap());
        let with_path = |path: &str| Rule::new(None, path.parse().unwrap(), require.clone());
        assert_eq!(with_path("/{place}"), Err(RuleFault::UnknownPlaceholder("facility".to_owned())));
        assert_eq!(with_path("/{facility}").map(|rule| rule.require().clone()), Ok(require.clone()));
        let none = Rule::new(Some(BTreeSet::new()), "/a".parse().unwrap(), Requirement::Anyone);
        assert_eq!(none, Err(RuleFault::NoMethod));
    }

    #[test]
    fn a_rule_is_told_in_words() {
        assert_eq!(rule("POST GET", "/a/**").to_string(), "GET, POST of /a/**: authenticated");
        assert_eq!(rule("any", "/{x}").to_string(), "any method of /{x}: authenticated");
    }

    #[test]
    fn a_valid_token_is_all_that_the_built_in_policy_asks() {
        let policies = Policies::default();
        let policy = policies.named("authenticated").unwrap();
        let path = OriginalPath::of_target(b"/any/thing/").unwrap();
        let deciding = policy.deciding(&"FANCY".parse().unwrap(), &path).unwrap();
        assert_eq!(deciding.rule.require(), &Requirement::Authenticated);
        assert!(!deciding.is_for_anyone());
        assert_eq!((policies.named("Authenticated"), policies.iter().count()), (None, 1));
    }

    #[test]
    fn nobody_takes_the_place_of_the_built_in_policy() {
        let open = Rule::new(None, "/**".parse().unwrap(), Requirement::Anyone).unwrap();
        let own = |name: &str| (name.parse().unwrap(), Policy::new(vec![open.clone()]).unwrap());
        let policies = Policies::new(BTreeMap::from([own("authenticated"), own("open")]));
        assert_eq!(policies.named("authenticated"), Some(&Policy::authenticated()));
        assert_eq!(policies.named("open").map(Policy::rules), Some(&[open][..]));
    }

    proptest! {
        #[test]
        fn a_rule_of_a_policy_is_reached_unless_it_is_a_fault(
            rules in proptest::collection::vec((0_usize..4, 0_usize..6), 1..5)
        ) {
            let methods = ["any", "GET", "POST", "GET POST"];
            let paths = ["/**", "/a", "/{x}", "/a/**", "/a/{x}", "/a/b"];
            let rules: Vec<Rule> = rules.iter().map(|(m, p)| rule(methods[*m], paths[*p])).collect();
            let unchecked = Policy(rules.clone());
            let mut reached = BTreeSet::new();
            for method in ["GET", "POST", "PUT"] {
                for path in ["/", "/a", "/z", "/a/b", "/a/z", "/a/", "/a/b/c", "/z/z"] {
                    reached.extend(deciding(&unchecked, method, path));
                }
            }
            match Policy::new(rules.clone()) {
                Ok(_) => {}
                Err(PolicyFault::Unreachable { rule, by }) => {
                    prop_assert!(!reached.contains(&rule) && by < rule);
                }
            }
        }
    }
}
