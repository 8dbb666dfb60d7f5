use roster_domain::gateway::{Policies, Rule};
use serde_json::{Value as Json, json};

use crate::settings::{Kind, Origin, SETTINGS, Setting, Settings, Slot, Value};
use crate::{Output, Stop};

/// What is shown in place of a secret.
const MASK: &str = "***";

/// Shows what holds for each setting and where it comes from.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    let mut shown: Vec<_> = SETTINGS.iter().map(|setting| Shown::of(setting, settings)).collect();
    shown.extend(policies(settings));
    let lines: String = shown.iter().map(Shown::line).collect();
    output.say(&lines, &Json::Array(shown.iter().map(Shown::json).collect()))
}

/// The gateway policies, each with its rules in words.
fn policies(settings: &Settings) -> impl Iterator<Item = Shown> {
    settings.policies.iter().map(|(policy, rules)| {
        let name = format!("policy.{policy}");
        let is_built_in = policy.as_str() == Policies::AUTHENTICATED;
        let origin = match settings.config.as_ref().filter(|_| !is_built_in) {
            Some(config) => format!("file {name} in {}", config.display()),
            None => "default".to_owned(),
        };
        let rules: Vec<String> = rules.rules().iter().map(Rule::to_string).collect();
        Shown { name, value: json!(rules), origin }
    })
}

struct Shown {
    name: String,
    value: Json,
    origin: String,
}

impl Shown {
    fn of(setting: &Setting, settings: &Settings) -> Self {
        let given = settings.given();
        let found = given.get(Slot::Value(setting.key)).or_else(|| given.get(Slot::File(setting.key)));
        let value = found.map_or_else(|| nothing(setting.kind), |(value, _)| shown(setting.kind, value));
        let origin = found.map_or_else(|| "default".to_owned(), |(_, origin)| describe(origin));
        Self { name: setting.name.to_owned(), value, origin }
    }

    fn line(&self) -> String {
        let value = if self.value.is_null() { "-".to_owned() } else { self.value.to_string() };
        format!("{:<20} {value:<40} {}\n", self.name, self.origin)
    }

    fn json(&self) -> Json {
        json!({ "name": self.name, "value": self.value, "origin": self.origin })
    }
}

fn nothing(kind: Kind) -> Json {
    if matches!(kind, Kind::List(_)) { json!([]) } else { Json::Null }
}

fn shown(kind: Kind, value: &Value) -> Json {
    match (kind, value) {
        (Kind::Secret(_), _) | (_, Value::Secret(_)) => json!(MASK),
        (Kind::Whole { .. }, Value::Text(text)) => {
            text.parse().map_or(Json::Null, |number: u64| json!(number))
        }
        (_, Value::Text(text)) => json!(text),
        (_, Value::List(items)) => json!(items),
    }
}

fn describe(origin: &Origin) -> String {
    match origin {
        Origin::Flag(_) => format!("flag {origin}"),
        Origin::Environment(_) => format!("environment {origin}"),
        Origin::File { .. } => format!("file {origin}"),
        Origin::Default(_) => "default".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn show(variables: &[(&str, &str)]) -> Vec<Json> {
        let environment = variables.iter().map(|(name, text)| (name.into(), text.into())).collect();
        let settings = Settings::load(Sources { environment, ..Sources::default() }).unwrap();
        SETTINGS.iter().map(|setting| Shown::of(setting, &settings).json()).collect()
    }

    fn row(rows: &[Json], name: &str) -> Json {
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    }

    #[test]
    fn every_setting_is_shown_with_its_origin() {
        let rows = show(&[("ROSTER_BCRYPT_COST", "11"), ("ROSTER_TRUSTED_PROXIES", "10.0.0.0/8")]);
        assert_eq!(rows.len(), SETTINGS.len());
        let cost = json!({ "name": "bcrypt_cost", "value": 11, "origin": "environment ROSTER_BCRYPT_COST" });
        assert_eq!(row(&rows, "bcrypt_cost"), cost);
        assert_eq!(row(&rows, "trusted_proxies")["value"], json!(["10.0.0.0/8"]));
        assert_eq!(row(&rows, "cors_origins")["value"], json!([]));
        let url = json!({ "name": "public_url", "value": "http://127.0.0.1:8080", "origin": "default" });
        assert_eq!(row(&rows, "public_url"), url);
        assert_eq!(row(&rows, "secret"), json!({ "name": "secret", "value": null, "origin": "default" }));
    }

    #[test]
    fn policies_are_shown_with_their_rules_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("roster.toml");
        std::fs::write(&config, "[[policy.own]]\nmethods = ['GET']\npath = '/a'\nrequire = 'anyone'\n")
            .unwrap();
        let sources = Sources { config: Some(config.clone()), ..Sources::default() };
        let shown: Vec<_> = policies(&Settings::load(sources).unwrap()).map(|row| row.json()).collect();
        let built_in = json!({
            "name": "policy.authenticated", "value": ["any method of /**: authenticated"], "origin": "default",
        });
        let origin = format!("file policy.own in {}", config.display());
        let own = json!({ "name": "policy.own", "value": ["GET of /a: anyone"], "origin": origin });
        assert_eq!(shown, [built_in, own]);
    }

    #[test]
    fn secrets_are_masked() {
        let rows = show(&[("ROSTER_SECRET", SECRET), ("ROSTER_INTERCOM_SECRET", "c4n4ry")]);
        assert_eq!(row(&rows, "secret")["value"], MASK);
        assert_eq!(row(&rows, "intercom_secret")["value"], MASK);
        let database = show(&[("ROSTER_DATABASE_URL", "postgres://roster:c4n4ry@db/roster")]);
        assert_eq!(row(&database, "database_url")["value"], MASK);
        let all = Json::Array([rows, database].concat()).to_string();
        assert!(!all.contains(SECRET) && !all.contains("c4n4ry"), "{all}");
    }
}
