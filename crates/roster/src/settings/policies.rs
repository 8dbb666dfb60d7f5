//! The gateway policies, `[[policy.NAME]]`, which only a TOML file can hold.

use roster_domain::gateway::{
    AccessCondition, Conditions, Method, Policies, Policy, PolicyFault, PolicyName, Requirement, Rule,
};
use roster_domain::{Role, Roles};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SettingsError;

/// The key under which all policies stand.
pub(super) const KEY: &str = "policy";

const NO_ARRAY: &str = "must be an array of tables: [[policy.NAME]]";

/// Reads the policies of a settings file that is valid TOML. What is wrong is told with the line.
pub(super) fn read(text: &str, path: &str) -> Result<Policies, SettingsError> {
    let file = File { text, path };
    let parsed = DeTable::parse(text).map_err(|_| SettingsError::new(path, "is no valid TOML"))?;
    let Some(policies) = parsed.get_ref().get(KEY) else { return Ok(Policies::default()) };
    let named = policies.get_ref().as_table().ok_or_else(|| file.fault(KEY, policies.span(), NO_ARRAY))?;
    let mut own = BTreeMap::new();
    for (key, value) in named {
        let place = format!("{KEY}.{}", key.get_ref());
        let name: PolicyName =
            key.get_ref().parse().map_err(|fault| file.fault(&place, key.span(), fault))?;
        if name.as_str() == Policies::AUTHENTICATED {
            return Err(file.fault(&place, key.span(), "is built in, and stays what it is"));
        }
        own.insert(name, file.policy(&place, value)?);
    }
    Ok(Policies::new(own))
}

struct File<'a> {
    text: &'a str,
    path: &'a str,
}

type Table<'i> = DeTable<'i>;
type Value<'i> = Spanned<DeValue<'i>>;

impl File<'_> {
    fn fault(&self, place: &str, span: Range<usize>, fault: impl Display) -> SettingsError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        SettingsError::new(format!("{place} in {} line {line}", self.path), fault.to_string())
    }

    fn policy(&self, place: &str, value: &Value<'_>) -> Result<Policy, SettingsError> {
        let items = value.get_ref().as_array().filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| self.fault(place, value.span(), NO_ARRAY))?;
        let (mut rules, mut spans) = (Vec::new(), Vec::new());
        for (index, item) in items.iter().enumerate() {
            let place = format!("{place} rule {}", index + 1);
            let table = item.get_ref().as_table();
            let table = table.ok_or_else(|| self.fault(&place, item.span(), NO_ARRAY))?;
            rules.push(self.rule(&place, table, item.span())?);
            spans.push(item.span());
        }
        Policy::new(rules).map_err(|fault| {
            let PolicyFault::Unreachable { rule, .. } = fault;
            let span = spans.get(rule - 1).cloned().unwrap_or_default();
            self.fault(&format!("{place} rule {rule}"), span, fault)
        })
    }

    fn rule(&self, place: &str, table: &Table<'_>, span: Range<usize>) -> Result<Rule, SettingsError> {
        self.refuse_others(place, table, &["methods", "path", "require"])?;
        let required = |name: &str| {
            table.get(name).ok_or_else(|| self.fault(&format!("{place} {name}"), span.clone(), "is required"))
        };
        let methods =
            table.get("methods").map(|value| self.methods(&format!("{place} methods"), value)).transpose()?;
        let path = self.parsed(&format!("{place} path"), required("path")?)?;
        let value = required("require")?;
        let place = format!("{place} require");
        let require = self.requirement(&place, value)?;
        Rule::new(methods, path, require).map_err(|fault| self.fault(&place, value.span(), fault))
    }

    fn methods(&self, place: &str, value: &Value<'_>) -> Result<BTreeSet<Method>, SettingsError> {
        let items = value.get_ref().as_array().filter(|items| !items.is_empty());
        let none = "must be an array of methods; leave it out for any method";
        let items = items.ok_or_else(|| self.fault(place, value.span(), none))?;
        let read = |item: &Value<'_>| {
            let method: Method = self.parsed(place, item)?;
            // Methods are compared exactly, and no usual one has small letters.
            if method.as_str().bytes().any(|byte| byte.is_ascii_lowercase()) {
                return Err(self.fault(place, item.span(), "must be in capital letters"));
            }
            Ok(method)
        };
        items.iter().map(read).collect()
    }

    fn requirement(&self, place: &str, value: &Value<'_>) -> Result<Requirement, SettingsError> {
        match value.get_ref() {
            DeValue::String(text) if text == "authenticated" => Ok(Requirement::Authenticated),
            DeValue::String(text) if text == "anyone" => Ok(Requirement::Anyone),
            DeValue::Table(table) => self.conditions(place, table, value.span()),
            _ => Err(self.fault(
                place,
                value.span(),
                "must be \"authenticated\", \"anyone\", or a table of action with facility, scope, role",
            )),
        }
    }

    fn conditions(
        &self,
        place: &str,
        table: &Table<'_>,
        span: Range<usize>,
    ) -> Result<Requirement, SettingsError> {
        self.refuse_others(place, table, &["action", "facility", "scope", "role"])?;
        let access = match (table.get("action"), table.get("facility")) {
            (Some(action), Some(facility)) => {
                let placeholder = self.placeholder(&format!("{place}.facility"), facility)?;
                Some(AccessCondition {
                    action: self.parsed(&format!("{place}.action"), action)?,
                    placeholder,
                })
            }
            (None, None) => None,
            _ => return Err(self.fault(place, span, "must have both action and facility, or neither")),
        };
        let scope =
            table.get("scope").map(|value| self.parsed(&format!("{place}.scope"), value)).transpose()?;
        let roles = table.get("role").map(|value| self.roles(&format!("{place}.role"), value)).transpose()?;
        let conditions = Conditions::new(access, scope, roles);
        conditions.map(Requirement::All).map_err(|fault| self.fault(place, span, fault))
    }

    fn placeholder(&self, place: &str, value: &Value<'_>) -> Result<String, SettingsError> {
        let text = value.get_ref().as_str();
        let name = text.and_then(|text| text.strip_prefix('{')).and_then(|text| text.strip_suffix('}'));
        let fault = "must be a placeholder of the path, such as \"{facility}\"";
        name.map(str::to_owned).ok_or_else(|| self.fault(place, value.span(), fault))
    }

    fn roles(&self, place: &str, value: &Value<'_>) -> Result<Roles, SettingsError> {
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let roles: Vec<Role> =
            items.into_iter().map(|item| self.parsed(place, item)).collect::<Result<_, _>>()?;
        Roles::of(roles).ok_or_else(|| self.fault(place, value.span(), "must name a role"))
    }

    fn parsed<T: FromStr<Err: Display>>(&self, place: &str, value: &Value<'_>) -> Result<T, SettingsError> {
        let text = value.get_ref().as_str();
        let text = text.ok_or_else(|| self.fault(place, value.span(), "must be a string"))?;
        text.parse().map_err(|fault| self.fault(place, value.span(), fault))
    }

    fn refuse_others(&self, place: &str, table: &Table<'_>, known: &[&str]) -> Result<(), SettingsError> {
        let other = table.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        other.map_or(Ok(()), |(key, _)| {
            Err(self.fault(&format!("{place} {}", key.get_ref()), key.span(), "is not a member"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::gateway::OriginalPath;
    use rstest::rstest;

    const GOOD: &str = r#"
listen = "127.0.0.1:1"

[[policy.cameras]]
methods = ["GET", "HEAD"]
path = "/facilities/{facility}/cameras/**"
require = { action = "cameras:read", facility = "{facility}", scope = "users:get", role = ["rh", "tech"] }

[[policy.cameras]]
path = "/health"
require = "anyone"

[[policy.staff]]
path = "/**"
[policy.staff.require]
role = "board"
"#;

    fn fault(rules: &str) -> String {
        read(rules, "roster.toml").unwrap_err().to_string()
    }

    /// What is wrong with the one rule of a policy.
    fn fault_of_rule(rule: &str) -> String {
        fault(&format!("[[policy.p]]\n{rule}"))
    }

    fn told(policies: &Policies, policy: &str, method: &str, path: &str) -> Option<String> {
        let path = OriginalPath::of_target(path.as_bytes()).unwrap();
        let deciding = policies.named(policy)?.deciding(&method.parse().unwrap(), &path)?;
        Some(deciding.rule.require().to_string())
    }

    #[test]
    fn policies_are_read_in_the_order_of_their_rules() {
        let policies = read(GOOD, "roster.toml").unwrap();
        let cameras = "the action cameras:read at {facility} and the scope users:get and the role tech or hr";
        for (policy, method, path, expected) in [
            ("cameras", "HEAD", "/facilities/7/cameras", Some(cameras)),
            ("cameras", "POST", "/facilities/7/cameras", None),
            ("cameras", "POST", "/health", Some("anyone")),
            ("staff", "GET", "/", Some("the role board")),
            ("authenticated", "GET", "/", Some("authenticated")),
        ] {
            assert_eq!(told(&policies, policy, method, path).as_deref(), expected, "{policy} {path}");
        }
    }

    #[test]
    fn a_file_without_policies_has_the_built_in_one() {
        assert_eq!(read("listen = '127.0.0.1:1'", "roster.toml").unwrap(), Policies::default());
    }

    #[rstest]
    #[case("policy = 1", "policy in roster.toml line 1 must be an array of tables: [[policy.NAME]]")]
    #[case(
        "\n[policy.p]\npath = '/'",
        "policy.p in roster.toml line 2 must be an array of tables: [[policy.NAME]]"
    )]
    #[case("policy.p = []", "policy.p in roster.toml line 1 must be an array of tables: [[policy.NAME]]")]
    #[case(
        "policy.p = [1]",
        "policy.p rule 1 in roster.toml line 1 must be an array of tables: [[policy.NAME]]"
    )]
    #[case(
        "[[policy.authenticated]]",
        "policy.authenticated in roster.toml line 1 is built in, and stays what it is"
    )]
    #[case(
        "[[policy.\"a/b\"]]",
        "policy.a/b in roster.toml line 1 must be 1 to 64 letters, digits, `_` or `-`"
    )]
    fn what_is_no_policy_is_told_with_its_line(#[case] text: &str, #[case] line: &str) {
        assert_eq!(fault(text), line);
    }

    #[rstest]
    #[case("require = 'anyone'", "policy.p rule 1 path in roster.toml line 1 is required")]
    #[case("path = '/'", "policy.p rule 1 require in roster.toml line 1 is required")]
    #[case(
        "path = '/'\nrequire = 'anyone'\nmetods = []",
        "policy.p rule 1 metods in roster.toml line 4 is not a member"
    )]
    #[case("path = 1\nrequire = 'anyone'", "policy.p rule 1 path in roster.toml line 2 must be a string")]
    #[case(
        "path = '/a/*'\nrequire = 'anyone'",
        "policy.p rule 1 path in roster.toml line 2 must have `*` only as `/**` at its end"
    )]
    #[case(
        "path = '/../c4n4ry'\nrequire = 'anyone'",
        "policy.p rule 1 path in roster.toml line 2 can match no request: the path has a dot segment"
    )]
    #[case(
        "methods = []\npath = '/'\nrequire = 'anyone'",
        "policy.p rule 1 methods in roster.toml line 2 must be an array of methods; leave it out for any method"
    )]
    #[case(
        "methods = ['GET',\n 'post']\npath = '/'\nrequire = 'anyone'",
        "policy.p rule 1 methods in roster.toml line 3 must be in capital letters"
    )]
    #[case(
        "methods = ['GET POST']\npath = '/'\nrequire = 'anyone'",
        "policy.p rule 1 methods in roster.toml line 2 must be a method of HTTP, such as GET"
    )]
    fn a_faulty_rule_is_told_with_its_member_and_line(#[case] rule: &str, #[case] line: &str) {
        assert_eq!(fault_of_rule(rule), line);
    }

    #[rstest]
    #[case(
        "'Anyone'",
        "require",
        "must be \"authenticated\", \"anyone\", or a table of action with facility, scope, role"
    )]
    #[case(
        "true",
        "require",
        "must be \"authenticated\", \"anyone\", or a table of action with facility, scope, role"
    )]
    #[case("{}", "require", "must ask for something: an action at a facility, a scope or a role")]
    #[case("{ rôle = 1 }", "", "")]
    #[case("{ roles = 'hr' }", "require roles", "is not a member")]
    #[case("{ role = 'boss' }", "require.role", "must be one of tech, hr, finance, com, business, board")]
    #[case(
        "{ role = ['hr', 'HR'] }",
        "require.role",
        "must be one of tech, hr, finance, com, business, board"
    )]
    #[case("{ role = [] }", "require.role", "must name a role")]
    #[case("{ role = 7 }", "require.role", "must be a string")]
    #[case("{ scope = 'users:read' }", "require.scope", "is not a scope of this service")]
    #[case("{ scope = ['users:get'] }", "require.scope", "must be a string")]
    #[case("{ action = 'read' }", "require", "must have both action and facility, or neither")]
    #[case("{ facility = '{f}' }", "require", "must have both action and facility, or neither")]
    #[case(
        "{ action = 'read', facility = 'f' }",
        "require.facility",
        "must be a placeholder of the path, such as \"{facility}\""
    )]
    #[case("{ action = 'read', facility = '{g}' }", "require", "names a placeholder that the path lacks")]
    #[case(
        "{ action = 'Read', facility = '{f}' }",
        "require.action",
        "must be runs of a-z and 0-9 joined by single `:`, `.`, `_` or `-`, 64 characters at most"
    )]
    fn a_faulty_requirement_is_told_with_its_member_and_line(
        #[case] require: &str,
        #[case] member: &str,
        #[case] fault: &str,
    ) {
        let told = fault_of_rule(&format!("path = '/{{f}}'\nrequire = {require}"));
        let expected = format!("policy.p rule 1 {member} in roster.toml line 3 {fault}");
        assert_eq!(
            told,
            if member.is_empty() { "roster.toml is no valid TOML".to_owned() } else { expected }
        );
    }

    #[test]
    fn a_rule_that_is_never_reached_is_told_with_the_one_that_covers_it() {
        let rule = |path: &str| format!("[[policy.p]]\npath = '{path}'\nrequire = 'authenticated'\n");
        let text = [rule("/a/**"), rule("/{b}"), rule("/a/{b}")].concat();
        assert_eq!(fault(&text), "policy.p rule 3 in roster.toml line 7 is never reached: rule 1 covers it");
    }
}
