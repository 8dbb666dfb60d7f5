use roster_domain::{Access, Expiry, UserId};
use roster_ports::{KeptOutcome, Outcome, OutcomeOwner, Pseudonym};

use super::people::{anybody, at, client, facility_id, grant, person, user_id};
use super::world::World;

fn kept(name: u8, by: OutcomeOwner, at_ms: i64, outcome: Outcome) -> KeptOutcome {
    KeptOutcome { asked_as: Pseudonym([name; 16]), request: Pseudonym([9; 16]), by, at: at(at_ms), outcome }
}

fn access_of(user: UserId) -> Outcome {
    let grant = Some(grant(&["doors:open", "lights"], Expiry::At(at(90))));
    Outcome::AccessChanged(Access { user, facility: facility_id(5), grant })
}

impl World {
    fn keep(&self, kept: &KeptOutcome) {
        let kept = kept.clone();
        self.run(move |tx| tx.replays_mut().keep(&kept));
    }

    fn outcome(&self, name: u8, after: i64) -> Option<KeptOutcome> {
        self.read(move |tx| tx.replays().outcome(Pseudonym([name; 16]), at(after)))
    }
}

pub(crate) fn an_outcome_reads_back_whole(world: &World) {
    let (hr, ada) = (anybody(1), person(2, "Ada", "Byron"));
    world.insert(&hr);
    world.insert(&ada);
    let app = client("robot");
    world.insert_client(&app);
    let nothing_held = Access { user: ada.id, facility: facility_id(5), grant: None };
    for (name, by, outcome) in [
        (1, OutcomeOwner::User(hr.id), Outcome::UserCreated(Box::new(ada.clone()))),
        (2, OutcomeOwner::Client(app.id.clone()), access_of(ada.id)),
        (3, OutcomeOwner::User(hr.id), Outcome::AccessChanged(nothing_held)),
    ] {
        let kept = kept(name, by, 10, outcome);
        world.keep(&kept);
        assert_eq!(world.outcome(name, 9), Some(kept));
    }
    assert_eq!(world.outcome(4, 9), None);
}

pub(crate) fn an_outcome_is_kept_for_its_time_and_replaced_by_a_newer_one(world: &World) {
    let ada = anybody(1);
    world.insert(&ada);
    let owner = || OutcomeOwner::User(ada.id);
    world.keep(&kept(1, owner(), 10, access_of(ada.id)));
    assert_eq!(world.outcome(1, 10), None);
    let newer = kept(1, owner(), 20, Outcome::UserCreated(Box::new(ada.clone())));
    world.keep(&newer);
    assert_eq!(world.outcome(1, 10), Some(newer));
}

pub(crate) fn an_outcome_goes_with_whoever_asked_and_whom_it_is_about(world: &World) {
    for n in 1..=3 {
        world.insert(&anybody(n));
    }
    let app = client("robot");
    world.insert_client(&app);
    world.keep(&kept(1, OutcomeOwner::User(user_id(1)), 10, access_of(user_id(3))));
    world.keep(&kept(2, OutcomeOwner::User(user_id(3)), 10, access_of(user_id(2))));
    world.keep(&kept(3, OutcomeOwner::Client(app.id.clone()), 10, access_of(user_id(3))));
    world.delete(user_id(1));
    assert_eq!(world.outcome(1, 0), None, "whoever asked is gone");
    world.delete(user_id(2));
    assert_eq!(world.outcome(2, 0), None, "whom it is about is gone");
    world.run(move |tx| tx.clients_mut().delete(&app.id));
    assert_eq!(world.outcome(3, 0), None, "the client that asked is gone");
}

pub(crate) fn old_outcomes_are_swept_piece_by_piece(world: &World) {
    let ada = anybody(1);
    world.insert(&ada);
    for name in 1..=5 {
        let by = OutcomeOwner::User(ada.id);
        world.keep(&kept(name, by, i64::from(name), access_of(ada.id)));
    }
    let sweep = |limit| world.run(move |tx| tx.replays_mut().sweep(at(5), limit));
    assert_eq!((sweep(3), sweep(3), sweep(3)), (3, 1, 0));
    assert!(world.outcome(5, 0).is_some());
}
