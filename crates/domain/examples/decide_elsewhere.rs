//! Another service decides with this crate alone, from facts that it has: no database, no network, no clock.
//!
//! It knows the caller (from a verified token and Roster's answer), and a grant (from Roster's feed of events).
//! Run it with `cargo run -p roster-domain --example decide_elsewhere`.

use std::error::Error;

use roster_domain::permission::{Caller, Denied, Operation, Principal, decide};
use roster_domain::{
    ActionName, Actions, Expiry, ExpiryChange, Grant, Instant, PrincipalId, Role, Roles, UserId,
};

fn main() -> Result<(), Box<dyn Error>> {
    let ada: UserId = "01939b5e-6f3a-7c40-8a51-2f6d1c0e9b11".parse()?;
    let bob: UserId = "01939b5e-6f3a-7c40-8a51-2f6d1c0e9b22".parse()?;

    let caller = Caller {
        principal: Principal::User { id: ada, roles: Roles::of([Role::Tech]).ok_or("no role")? },
        scopes: "users:get users:modify profile:get".parse()?,
        client: "inventory".parse()?,
        session: None,
    };
    println!("Ada holds the role tech; her token has the scopes {}.", caller.scopes);
    for (what, operation, whom) in [
        ("read herself", Operation::ReadUser, ada),
        ("read Bob", Operation::ReadUser, bob),
        ("change herself", Operation::ChangeUser, ada),
        ("change Bob", Operation::ChangeUser, bob),
        ("delete Bob", Operation::DeleteUser, bob),
    ] {
        println!("  may she {what}? {}", in_words(decide(operation, caller.target(whom), &caller)));
    }

    let end: Instant = "2030-06-01T18:00:00Z".parse()?;
    let grant = Grant::given(
        None,
        &Actions::of(["cameras:read".parse()?, "doors:open".parse()?]).ok_or("no action")?,
        ExpiryChange::Set(Expiry::At(end)),
        PrincipalId::User(bob),
        "2030-01-01T08:00:00Z".parse()?,
    );
    println!("At the facility she holds a grant until {end}.");
    for (action, now) in [
        ("cameras:read", "2030-06-01T17:59:59.999Z"),
        ("cameras:read", "2030-06-01T18:00:00Z"),
        ("alarms:silence", "2030-06-01T12:00:00Z"),
    ] {
        let action: ActionName = action.parse()?;
        let answer = match Grant::allows(Some(&grant), &action, now.parse()?) {
            Ok(()) => "yes".to_owned(),
            Err(reason) => format!("no: {reason}"),
        };
        println!("  {action} at {now}? {answer}");
    }
    Ok(())
}

fn in_words(decision: Result<(), Denied>) -> String {
    match decision {
        Ok(()) => "yes".to_owned(),
        Err(reason) => format!("no: {reason}"),
    }
}
