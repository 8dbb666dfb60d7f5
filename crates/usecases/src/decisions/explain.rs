use roster_domain::{ActionName, Email, EmailKey, FacilityId, Grant, Holding, Instant, UserId};
use roster_ports::{ReadTx, Stored};

use super::Decision;
use crate::{Failure, Ports};

/// Whom to explain a decision about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The person of this id.
    Id(UserId),
    /// The person of this address.
    Address(EmailKey),
}

/// A decision and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The person, where there is one now.
    pub user: Option<(UserId, Email)>,
    /// What was on record for them then.
    pub holding: Option<Holding>,
    /// For which moment it was decided.
    pub at: Instant,
    /// What was decided.
    pub decision: Decision,
}

impl Explanation {
    /// The grant on record, also where it is over or does not name the action.
    pub fn grant(&self) -> Option<&Grant> {
        self.holding.as_ref()?.grant.as_ref()
    }
}

/// Decides whether a person may do this at a facility, now or at a moment that has gone by, and tells what that rests on.
/// For whoever holds the machine.
pub async fn explain(
    ports: &Ports,
    whom: Whom,
    facility: FacilityId,
    action: &ActionName,
    then: Option<Instant>,
) -> Result<Explanation, Failure> {
    let found = ports.store.read(move |tx| found(tx, &whom, facility, then)).await?;
    let at = then.unwrap_or_else(|| ports.clock.now());
    let (user, holding) = found.map_or((None, None), |(user, holding)| (Some(user), holding));
    let decision = Holding::allows(holding.as_ref(), action, at);
    Ok(Explanation { user, holding, at, decision })
}

type Found = ((UserId, Email), Option<Holding>);

fn found(
    tx: &mut dyn ReadTx,
    whom: &Whom,
    facility: FacilityId,
    then: Option<Instant>,
) -> Stored<Option<Found>> {
    let user = match whom {
        Whom::Id(id) => tx.users().user(*id)?,
        Whom::Address(address) => tx.users().by_email(address)?,
    };
    let Some(user) = user else { return Ok(None) };
    let holding = match then {
        Some(then) => tx.access_history().past_holding(user.id, facility, then)?,
        None => Some(Holding { status: user.status, grant: tx.access().grant(user.id, facility)? }),
    };
    Ok(Some(((user.id, user.email), holding)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facilities::fixture::{FACILITY, held, world};
    use crate::fixture::{NOW, at, email, user};
    use roster_domain::{AccessDenial, Expiry, Role, Status};

    #[tokio::test]
    async fn a_person_is_found_by_id_and_by_address_and_told_what_is_on_record() {
        let ada = user(2, &[Role::Tech]);
        let over = held(&["read"], Expiry::At(at(5)));
        let (ports, _) = world(&[&ada], Some(over.clone())).ports();
        let (facility, read) = (FACILITY.unwrap(), "read".parse().unwrap());
        for whom in [Whom::Id(ada.id), Whom::Address(email("user2@example.org").key().clone())] {
            let told = explain(&ports, whom, facility, &read, None).await.unwrap();
            assert_eq!((told.grant(), told.at), (Some(&over), at(NOW)));
            assert_eq!(
                (told.user.map(|(id, _)| id), told.decision),
                (Some(ada.id), Err(AccessDenial::Expired))
            );
        }
        let nobody = Whom::Id(user(9, &[Role::Tech]).id);
        let told = explain(&ports, nobody, facility, &read, None).await.unwrap();
        assert_eq!((told.user, told.decision), (None, Err(AccessDenial::UnknownUser)));
    }

    #[tokio::test]
    async fn the_past_is_decided_by_what_was_on_record_then() {
        let ada = user(2, &[Role::Tech]);
        let mut world = world(&[&ada], None);
        let then_held = held(&["read"], Expiry::At(at(50)));
        world.tx.access_history.expect_past_holding().returning(move |_, _, then| {
            let grant = Some(then_held.clone()).filter(|_| then >= at(10));
            Ok(Some(Holding { status: Status::Enabled, grant }))
        });
        let (ports, _) = world.ports();
        for (second, expected) in
            [(9, Err(AccessDenial::NoGrant)), (49, Ok(())), (50, Err(AccessDenial::Expired))]
        {
            let read = "read".parse().unwrap();
            let told = explain(&ports, Whom::Id(ada.id), FACILITY.unwrap(), &read, Some(at(second))).await;
            let told = told.unwrap();
            assert_eq!((told.decision, told.at), (expected, at(second)));
        }
    }
}
