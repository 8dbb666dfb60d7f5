use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use roster_domain::permission::operator;
use roster_domain::{SearchWords, User, UserId};
use roster_ports::{Position, Slice, UserFilter};

use super::people::{anybody, at, person, user_id};
use super::world::World;

impl World {
    fn list(&self, filter: &UserFilter, from: &Slice, take: u32) -> Vec<User> {
        let (filter, from) = (filter.clone(), from.clone());
        let entries = self.read(move |tx| tx.users().list(&filter, &from, take));
        entries.into_iter().map(|entry| entry.user).collect()
    }

    fn everybody(&self, filter: &UserFilter) -> Vec<User> {
        self.list(filter, &Slice::Skip(0), 1_000)
    }

    fn count(&self, filter: &UserFilter) -> u64 {
        let filter = filter.clone();
        self.read(move |tx| tx.users().count(&filter))
    }

    fn found(&self, search: &str) -> Vec<u128> {
        let filter = UserFilter { search: SearchWords::of(search), ..UserFilter::default() };
        let found = self.everybody(&filter);
        assert_eq!(self.count(&filter), found.len() as u64);
        found.iter().map(|user| user.id.uuid().as_u128()).collect()
    }

    fn start_over_with(&self, people: &[User]) {
        let former = self.everybody(&UserFilter::default());
        let people = people.to_vec();
        self.run(move |tx| {
            former.iter().try_for_each(|user| tx.users_mut().delete(&operator(), user.id))?;
            people.iter().try_for_each(|user| tx.users_mut().insert(&operator(), user))
        });
    }
}

/// Few letters, so that names are often equal, begin alike or differ by case and accents alone.
fn names() -> impl Strategy<Value = Vec<(String, String, i64)>> {
    let name = || "[aAäbÉe ß'-]{0,3}[aAbßø]";
    vec((name(), name(), 0..3_i64), 0..25)
}

fn people(names: Vec<(String, String, i64)>) -> Vec<User> {
    let numbered = names.into_iter().zip(1..);
    numbered
        .map(|((first, last, created), n)| User {
            created_at: at(created),
            // Not in the order of insertion.
            ..person(n * 7_919 % 101, &first, &last)
        })
        .collect()
}

fn sorted(mut people: Vec<User>) -> Vec<User> {
    people.sort_by_key(|user| (user.name_key(), user.created_at, user.id));
    people
}

fn for_random_people(world: &World, rule: impl Fn(&[User])) {
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let ended = TestRunner::new(config).run(&names(), |names| {
        let people = people(names);
        world.start_over_with(&people);
        rule(&sorted(people));
        Ok(())
    });
    ended.unwrap();
}

pub(crate) fn pages_and_cursors_agree_over_random_names(world: &World) {
    let all = UserFilter::default();
    for_random_people(world, |people| {
        assert_eq!(world.everybody(&all), people);
        assert_eq!(world.count(&all), people.len() as u64);
        for take in [1, 3, 100] {
            let mut from = Slice::Skip(0);
            let mut skipped = 0;
            loop {
                let by_cursor = world.list(&all, &from, take);
                assert_eq!(by_cursor, world.list(&all, &Slice::Skip(skipped), take));
                let Some(last) = by_cursor.last() else { break };
                from = Slice::After(Position::of(last));
                skipped += by_cursor.len() as u64;
            }
            assert_eq!(skipped, people.len() as u64);
        }
    });
}

pub(crate) fn the_order_is_names_then_creation_then_id(world: &World) {
    let late = User { created_at: at(5), ..person(1, "Ada", "Byron") };
    world.start_over_with(&[
        late,
        person(3, "ÁDA", "BYRON"),
        person(2, "ada", "byron"),
        person(4, "Zoe", "Abel"),
        person(5, "Aaron", "Byrons"),
    ]);
    let order: Vec<UserId> = world.everybody(&UserFilter::default()).iter().map(|user| user.id).collect();
    assert_eq!(order, [4, 2, 3, 1, 5].map(user_id));
}

pub(crate) fn search_finds_what_the_domain_matches(world: &World) {
    for_random_people(world, |people| {
        for search in ["a", "A", "ss", "ä b", "b a", "e e", "' -", "ø", "bb"] {
            let words = SearchWords::of(search).unwrap();
            let matches = people.iter().filter(|user| words.match_name(&user.name_key()));
            let expected: Vec<u128> = matches.map(|user| user.id.uuid().as_u128()).collect();
            assert_eq!(world.found(search), expected, "search {search:?}");
        }
    });
}

pub(crate) fn wildcards_of_databases_are_plain_characters(world: &World) {
    world.start_over_with(&[person(1, "A%b", "C_d"), person(2, "Axb", "Cxd"), person(3, "\"*\\'", "NEAR(")]);
    assert_eq!(world.found("%"), [1]);
    assert_eq!(world.found("_"), [1]);
    assert_eq!(world.found("\"*\\'"), [3]);
    assert_eq!(world.found("near("), [3]);
    assert_eq!(world.found("a%d"), [0_u128; 0]);
}

pub(crate) fn the_separator_of_the_names_finds_nobody(world: &World) {
    world.insert(&anybody(1));
    assert_eq!(world.found("lovelace\u{1}ada"), [0_u128; 0]);
    assert_eq!(world.found("\u{1}"), [0_u128; 0]);
    assert_eq!(world.found("lovelace ada"), [1]);
}

pub(crate) fn ids_restrict_and_none_of_them_selects_nobody(world: &World) {
    world.start_over_with(&[anybody(1), anybody(2), anybody(3)]);
    let of = |ids: &[u128]| UserFilter {
        ids: Some(ids.iter().map(|id| user_id(*id)).collect()),
        ..UserFilter::default()
    };
    let filter = of(&[3, 1, 9]);
    assert_eq!(world.everybody(&filter), [anybody(1), anybody(3)]);
    assert_eq!(world.list(&filter, &Slice::Skip(1), 5), [anybody(3)]);
    assert_eq!(world.count(&filter), 2);
    assert_eq!(world.everybody(&of(&[])), []);
    assert_eq!(world.count(&of(&[])), 0);
}

pub(crate) fn filters_combine(world: &World) {
    world.start_over_with(&[person(1, "Ada", "One"), person(2, "Ada", "Two"), person(3, "Bea", "Two")]);
    let filter = UserFilter {
        email: Some(anybody(2).email.key().clone()),
        ids: Some(vec![user_id(1), user_id(2)]),
        search: SearchWords::of("ada two"),
    };
    assert_eq!(world.everybody(&filter), [person(2, "Ada", "Two")]);
    assert_eq!(world.count(&filter), 1);
    let nobody = UserFilter { ids: Some(vec![user_id(3)]), ..filter };
    assert_eq!(world.everybody(&nobody), []);
    assert_eq!(world.count(&nobody), 0);
}

pub(crate) fn past_the_end_there_is_nobody(world: &World) {
    world.insert(&anybody(1));
    let all = UserFilter::default();
    assert_eq!(world.list(&all, &Slice::Skip(1), 20), []);
    assert_eq!(world.list(&all, &Slice::Skip(u64::MAX), 20), []);
    assert_eq!(world.list(&all, &Slice::After(Position::of(&anybody(1))), 20), []);
}

pub(crate) fn entries_show_the_sign_ins(world: &World) {
    world.start_over_with(&[person(1, "Ada", "One"), person(2, "Bea", "Two")]);
    world.run(|tx| tx.users_mut().record_sign_in(user_id(2), at(3), Some("2001:db8::1")));
    let listed = world.read(|tx| tx.users().list(&UserFilter::default(), &Slice::Skip(0), 5));
    let counts: Vec<u64> = listed.iter().map(|entry| entry.sign_ins.count).collect();
    assert_eq!(counts, [0, 1]);
}
