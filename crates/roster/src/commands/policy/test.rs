use clap::Args;
use roster_domain::gateway::{Deciding, Method, OriginalPath, Policy, PolicyName};
use roster_domain::{ClientId, User};
use roster_usecases::gateway::{NotAdmitted, OriginalRequest, ask_for};
use roster_usecases::setup::{person_of, person_with};
use roster_usecases::{Failure, Ports, Refused, values};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

use crate::commands::{block_on, world};
use crate::settings::{Settings, Sources};
use crate::{Output, Stop};

/// Which request.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The settings file with the policies.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The method of the request.
    #[arg(value_name = "METHOD")]
    method: String,
    /// The path of the request, with or without its query.
    #[arg(value_name = "PATH")]
    path: String,
    /// Decide for this person, by id or e-mail address, as the database knows them now, with a token of every scope.
    #[arg(long)]
    user: Option<String>,
    /// Look at this policy alone.
    #[arg(long, value_name = "NAME")]
    policy: Option<PolicyName>,
}

impl Arguments {
    /// The file is the settings file of this command.
    pub(super) fn settings_from(&self, sources: Sources) -> Result<Sources, Stop> {
        match &sources.config {
            Some(config) if *config != self.file => {
                Err(Stop::Usage("FILE is the settings file here: leave --config out".to_owned()))
            }
            _ => Ok(Sources { config: Some(self.file.clone()), ..sources }),
        }
    }
}

/// Tells for each policy which rule decides, and why.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    let method: Method = arguments.method.parse().map_err(|fault| Stop::Usage(format!("METHOD {fault}")))?;
    let policies: Vec<_> = settings
        .policies
        .iter()
        .filter(|(name, _)| arguments.policy.as_ref().is_none_or(|asked| asked == *name))
        .collect();
    if policies.is_empty() {
        return Err(Stop::Usage("--policy is not one of the file".to_owned()));
    }
    let verdicts = match OriginalPath::of_target(arguments.path.as_bytes()) {
        Err(bad) => policies.iter().map(|(name, _)| Verdict::of_bad_path(name, &bad)).collect(),
        Ok(path) => {
            let request = OriginalRequest { method, path };
            match &arguments.user {
                None => policies
                    .iter()
                    .map(|(name, policy)| Verdict::without_user(name, policy, &request))
                    .collect(),
                Some(user) => block_on(for_user(settings, &policies, &request, user))?,
            }
        }
    };
    let lines: Vec<String> = verdicts.iter().map(Verdict::line).collect();
    let results: Vec<Json> = verdicts.iter().map(Verdict::json).collect();
    output.say(&lines.join("\n"), &json!({ "results": results }))
}

async fn for_user(
    settings: &Settings,
    policies: &[(&PolicyName, &Policy)],
    request: &OriginalRequest,
    user: &str,
) -> Result<Vec<Verdict>, Stop> {
    let ports = world(settings).await?.ports;
    let person = named(&ports, user).await?;
    let mut verdicts = Vec::new();
    for (name, policy) in policies {
        verdicts.push(Verdict::for_user(&ports, name, policy, request, &person).await?);
    }
    Ok(verdicts)
}

async fn named(ports: &Ports, user: &str) -> Result<User, Stop> {
    let found = if let Ok(id) = user.parse() {
        person_with(ports, id).await
    } else {
        let fault = |_| Stop::Usage("--user must be the id or the e-mail address of a person".to_owned());
        person_of(ports, values::email(ports, user).map_err(fault)?.key().clone()).await
    };
    found.map_err(|failure| match failure {
        Failure::Refused(Refused::NotFound) => Stop::Failure("there is no such person".to_owned()),
        other => other.into(),
    })
}

/// No rule asks through which client a person calls.
fn some_client() -> Result<ClientId, Stop> {
    "some-client".parse().map_err(Stop::failure)
}

/// What a policy says of the request.
struct Verdict {
    policy: String,
    rule: Option<RuleShown>,
    decision: &'static str,
    reason: String,
}

struct RuleShown {
    number: usize,
    methods: Option<Vec<String>>,
    path: String,
    require: String,
    words: String,
}

impl RuleShown {
    fn of(deciding: &Deciding<'_>) -> Self {
        let rule = deciding.rule;
        let methods = rule.methods().map(|methods| methods.iter().map(Method::to_string).collect());
        let (path, require) = (rule.path().to_string(), rule.require().to_string());
        Self { number: deciding.number, methods, path, require, words: rule.to_string() }
    }
}

impl Verdict {
    fn of_bad_path(name: &PolicyName, bad: &impl std::fmt::Display) -> Self {
        let reason = format!("{bad}, before any rule is looked at");
        Self { policy: name.to_string(), rule: None, decision: "deny", reason }
    }

    fn without_user(name: &PolicyName, policy: &Policy, request: &OriginalRequest) -> Self {
        let deciding = policy.deciding(&request.method, &request.path);
        let (decision, reason) = match &deciding {
            None => ("deny", "no rule matches the method and the path".to_owned()),
            Some(deciding) if deciding.is_for_anyone() => ("allow", "anyone may pass".to_owned()),
            Some(deciding) => ("depends", format!("needs {}", deciding.rule.require())),
        };
        let rule = deciding.as_ref().map(RuleShown::of);
        Self { policy: name.to_string(), rule, decision, reason }
    }

    async fn for_user(
        ports: &Ports,
        name: &PolicyName,
        policy: &Policy,
        request: &OriginalRequest,
        person: &User,
    ) -> Result<Self, Stop> {
        let deciding = policy.deciding(&request.method, &request.path);
        let rule = deciding.as_ref().map(RuleShown::of);
        let (decision, reason) = match ask_for(ports, policy, request, person, some_client()?).await {
            Ok(()) if deciding.is_some_and(|deciding| deciding.is_for_anyone()) => {
                ("allow", "anyone may pass".to_owned())
            }
            Ok(()) => ("allow", "the person fulfils what the rule asks".to_owned()),
            Err(NotAdmitted::Store(error)) => return Err(error.into()),
            Err(denied) => ("deny", denied.to_string()),
        };
        Ok(Self { policy: name.to_string(), rule, decision, reason })
    }

    fn line(&self) -> String {
        let rule = self.rule.as_ref();
        let rule = rule
            .map_or_else(|| "no rule".to_owned(), |rule| format!("rule {} ({})", rule.number, rule.words));
        format!("{}: {}, by {rule}: {}", self.policy, self.decision, self.reason)
    }

    fn json(&self) -> Json {
        let rule = self.rule.as_ref().map(|rule| {
            json!({
                "number": rule.number, "methods": rule.methods, "path": rule.path, "require": rule.require,
            })
        });
        json!({ "policy": self.policy, "rule": rule, "decision": self.decision, "reason": self.reason })
    }
}
