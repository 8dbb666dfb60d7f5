//! Every combination of operation, target, scopes and standing, against a table written apart from the code.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use roster_domain::permission::{Caller, Denied, Operation, Principal, Target, decide};
use roster_domain::{Role, Roles, Scope, Scopes, Trust, UserId};

/// Operation and about whom; the scopes of which one is needed, in the order in which a refusal names them; then
/// what each kind of caller with such a scope is told.
///
/// `person` holds neither `hr` nor `board`, `admin` at least one of them. `yes`: allowed. `role`: the role is
/// missing. `self`: it is not for oneself. `never`: not for clients, whatever their scopes. A client is never itself
/// (`-`): what it asks about "oneself" is answered as about another.
const TABLE: &str = "
    operation           about    scopes                      | person admin trusted client
    ReadAccount         oneself  profile:get                 | yes    yes   -       -
    ReadAccount         another  users:get                   | yes    yes   never   never
    ChangeAccount       oneself  profile:modify              | yes    yes   -       -
    ChangeAccount       another  users:modify                | role   yes   never   never
    ListUsers           oneself  users:get                   | yes    yes   -       -
    ListUsers           another  users:get                   | yes    yes   yes     yes
    ReadUser            oneself  profile:get,users:get       | yes    yes   -       -
    ReadUser            another  users:get                   | yes    yes   yes     yes
    CreateUser          oneself  users:create                | role   yes   -       -
    CreateUser          another  users:create                | role   yes   yes     role
    ChangeUser          oneself  profile:modify,users:modify | yes    yes   -       -
    ChangeUser          another  users:modify                | role   yes   yes     role
    AdministerUser      oneself  users:modify                | role   yes   -       -
    AdministerUser      another  users:modify                | role   yes   yes     role
    SetPassword         oneself  users:modify                | role   self  -       -
    SetPassword         another  users:modify                | role   yes   yes     role
    EndSessions         oneself  users:modify                | role   yes   -       -
    EndSessions         another  users:modify                | role   yes   yes     role
    DeleteUser          oneself  users:delete                | role   yes   -       -
    DeleteUser          another  users:delete                | role   yes   yes     role
    GiveAccess          oneself  users:write                 | role   yes   -       -
    GiveAccess          another  users:write                 | role   yes   yes     role
    RemoveAccess        oneself  users:write                 | role   yes   -       -
    RemoveAccess        another  users:write                 | role   yes   yes     role
    ReadUserAccess      oneself  profile:get,users:get       | yes    yes   -       -
    ReadUserAccess      another  users:write                 | role   yes   yes     role
    ListFacilityAccess  oneself  users:write                 | role   yes   -       -
    ListFacilityAccess  another  users:write                 | role   yes   yes     role
    CheckAccess         oneself  access:check,profile:get    | yes    yes   -       -
    CheckAccess         another  access:check                | role   yes   yes     yes
    ReadEvents          oneself  events:read                 | role   yes   -       -
    ReadEvents          another  events:read                 | role   yes   yes     role
    ManageWebhooks      oneself  webhooks:manage             | role   yes   -       -
    ManageWebhooks      another  webhooks:manage             | role   yes   yes     role
";

/// Which of its scopes a caller can use now, for gateways: in the words of [`TABLE`].
const USABLE: &str = "
    scope            | person admin trusted client
    users:get        | yes    yes   yes     yes
    users:create     | no     yes   yes     no
    users:modify     | no     yes   yes     no
    users:delete     | no     yes   yes     no
    users:write      | no     yes   yes     no
    profile:get      | yes    yes   no      no
    profile:modify   | yes    yes   no      no
    access:check     | no     yes   yes     yes
    events:read      | no     yes   yes     no
    webhooks:manage  | no     yes   yes     no
";

/// The rows below the heading: the words before the bar, and the four after it.
fn rows(table: &'static str) -> Vec<(Vec<&'static str>, [&'static str; 4])> {
    let row = |line: &'static str| {
        let (key, answers) = line.split_once('|').unwrap();
        let answers: Vec<&str> = answers.split_whitespace().collect();
        (key.split_whitespace().collect(), answers.try_into().unwrap())
    };
    table.lines().filter(|line| line.contains('|')).skip(1).map(row).collect()
}

/// A caller without scopes for each of the 63 sets of roles and the two kinds of client, with its column in the table.
fn standings() -> Vec<(Caller, usize)> {
    let caller =
        |principal| Caller { principal, scopes: Scopes::NONE, client: "app".parse().unwrap(), session: None };
    let names = ["tech", "hr", "finance", "com", "business", "board"];
    let mut standings = Vec::new();
    for set in 1..64 {
        let held: Vec<&str> =
            names.into_iter().enumerate().filter(|(n, _)| set >> n & 1 == 1).map(|(_, name)| name).collect();
        let roles = Roles::of(held.iter().map(|name| name.parse::<Role>().unwrap())).unwrap();
        let column = usize::from(held.contains(&"hr") || held.contains(&"board"));
        standings
            .push((caller(Principal::User { id: UserId::new(uuid::Uuid::from_u128(1)), roles }), column));
    }
    for (trust, column) in [(Trust::Trusted, 2), (Trust::Untrusted, 3)] {
        standings.push((caller(Principal::Client { id: "robot".parse().unwrap(), trust }), column));
    }
    standings
}

/// All 1,024 sets of scopes, as the code has them and by name.
fn scope_sets() -> Vec<(Scopes, Vec<&'static str>)> {
    let names: Vec<&str> = rows(USABLE).into_iter().map(|(key, _)| key[0]).collect();
    (0..1024)
        .map(|set| {
            let held: Vec<&str> =
                names.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1).map(|(_, name)| *name).collect();
            (held.join(" ").parse().unwrap(), held)
        })
        .collect()
}

/// What [`decide`] answered, in the words of [`TABLE`].
fn said(answer: Result<(), Denied>) -> String {
    match answer {
        Ok(()) => "yes".to_owned(),
        Err(Denied::NotForClients) => "never".to_owned(),
        Err(Denied::InsufficientScope { any_of }) => {
            any_of.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",")
        }
        Err(Denied::InsufficientRole) => "role".to_owned(),
        Err(Denied::NotForOneself) => "self".to_owned(),
    }
}

#[test]
fn every_combination_is_decided_as_the_table_says() {
    let (table, standings, scope_sets) = (rows(TABLE), standings(), scope_sets());
    let row = |operation: Operation, about: &str| {
        let name = format!("{operation:?}");
        table.iter().find(|(key, _)| key[0] == name && key[1] == about).unwrap()
    };
    let mut combinations = 0;
    for operation in Operation::ALL {
        for (target, about) in [(Target::Oneself, "oneself"), (Target::Another, "another")] {
            for (caller, column) in &standings {
                let (key, answers) = row(operation, if *column < 2 { about } else { "another" });
                let needed: Vec<&str> = key[2].split(',').collect();
                let answer = answers[*column];
                for (scopes, held) in &scope_sets {
                    let caller = Caller { scopes: *scopes, ..caller.clone() };
                    let has_scope = needed.iter().any(|scope| held.contains(scope));
                    let expected = if answer == "never" || has_scope { answer } else { key[2] };
                    let decided = said(decide(operation, target, &caller));
                    assert_eq!(decided, expected, "{operation:?} {target:?} {caller:?}");
                    combinations += 1;
                }
            }
        }
    }
    assert_eq!(combinations, 17 * 2 * (63 + 2) * 1024);
}

#[test]
fn the_table_has_one_row_for_each_operation_and_target() {
    let mut named: Vec<String> = rows(TABLE).iter().map(|(key, _)| key[..2].join(" ")).collect();
    let mut expected: Vec<String> = Operation::ALL
        .iter()
        .flat_map(|operation| [format!("{operation:?} oneself"), format!("{operation:?} another")])
        .collect();
    named.sort();
    expected.sort();
    assert_eq!(named, expected);
}

#[test]
fn gateways_are_told_the_scopes_whose_role_rule_is_met() {
    let (table, scope_sets) = (rows(USABLE), scope_sets());
    let mut combinations = 0;
    for (caller, column) in standings() {
        for (scopes, held) in &scope_sets {
            let usable = Caller { scopes: *scopes, ..caller.clone() }.usable_scopes().to_string();
            let expected: Vec<&str> = table
                .iter()
                .filter(|(key, answers)| held.contains(&key[0]) && answers[column] == "yes")
                .map(|(key, _)| key[0])
                .collect();
            assert_eq!(usable, expected.join(" "), "{caller:?} {held:?}");
            combinations += 1;
        }
    }
    assert_eq!(combinations, (63 + 2) * 1024);
}

/// Usable is what one can use: about another, or, for the `profile` scopes, about oneself.
#[test]
fn a_scope_is_usable_where_its_operations_are_allowed() {
    for (caller, _) in standings() {
        for scope in Scope::ALL {
            let target =
                if scope.as_str().starts_with("profile:") { Target::Oneself } else { Target::Another };
            let alone = Caller { scopes: Scopes::of([scope]), ..caller.clone() };
            let needs_it = |operation: &Operation| {
                let person = standings().remove(0).0;
                matches!(decide(*operation, target, &person), Err(Denied::InsufficientScope { any_of }) if any_of.contains(&scope))
            };
            let allowed = Operation::ALL
                .into_iter()
                .filter(needs_it)
                .any(|operation| decide(operation, target, &alone).is_ok());
            let is_profile_of_a_client = target == Target::Oneself && alone.principal.user().is_none();
            assert_eq!(
                alone.usable_scopes().contains(scope),
                allowed && !is_profile_of_a_client,
                "{alone:?}"
            );
        }
    }
}
