//! Pictures of instances that have no folder of their own.

use roster_tests::{
    Actor, Answer, Body, Dice, Form, Picture, Replicas, ServerDatabase, at_once, eventually, is_long_run,
    report,
};

use crate::pictures::path;

fn upload(by: &Actor, bytes: Vec<u8>) -> Answer {
    by.send("PATCH", "/user/picture", &[], &Body::Form(Form::image(bytes)))
}

#[test]
fn a_picture_is_served_by_all_at_once_and_gone_everywhere_with_the_last_who_has_it() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    let people: Vec<Actor> = (0..2).map(|_| instances[0].user_made_by(&administrator, "tech")).collect();
    let status = |number: usize, path: &str| instances[number].nobody().get(path).status;
    for round in 0..10 {
        let picture = Picture::jpeg(40 + round, 20);
        let place = path(&upload(&people[0].at(&instances[1]), picture.clone()));
        assert!((0..3).all(|number| status(number, &place) == 200));
        assert_eq!(path(&upload(&people[1].at(&instances[2]), picture)), place);
        people[0].at(&instances[0]).delete("/user/picture").expect(200);
        assert!((0..3).all(|number| status(number, &place) == 200), "somebody has it still");
        people[1].at(&instances[1]).delete("/user/picture").expect(200);
        for number in 0..3 {
            eventually("the end of a picture", || (status(number, &place) == 404).then_some(()));
        }
    }
}

#[test]
fn whatever_is_uploaded_and_removed_at_once_nobody_has_a_picture_without_its_bytes() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    let people: Vec<Actor> = (0..6).map(|_| instances[0].user_made_by(&administrator, "tech")).collect();
    let rounds = if is_long_run() { 200 } else { 12 };
    let refused: usize = at_once(people.len(), |who| {
        let mut dice = Dice::of(u64::try_from(who).unwrap());
        let mut refused = 0;
        for _ in 0..rounds {
            let person = people[who].at(&instances[dice.roll(3)]);
            let answer = if dice.happens(50) {
                // Two pictures that all of them have and lose.
                upload(&person, Picture::jpeg(30, if dice.happens(50) { 20 } else { 21 }))
            } else {
                person.delete("/user/picture")
            };
            if answer.status != 200 {
                answer.expect_problem(503, "unavailable");
                refused += 1;
            }
        }
        refused
    })
    .into_iter()
    .sum();
    let dangling = "SELECT count(*) AS value FROM users LEFT JOIN pictures ON sha256 = picture_sha256 \
                    WHERE picture_sha256 IS NOT NULL AND sha256 IS NULL";
    assert_eq!(database.sql().count(dangling), 0);
    for (number, person) in people.iter().enumerate() {
        if let Some(url) = person.get("/user").expect(200)["data"]["picture"].as_str() {
            let place = url.strip_prefix("https://roster.test").unwrap();
            instances[number].nobody().get(place).expect_status(200);
        }
    }
    report(&format!(
        "{} changes of two pictures at three instances at once: {refused} refused",
        rounds * people.len()
    ));
}
