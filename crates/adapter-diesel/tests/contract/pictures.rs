use roster_domain::{PictureFormat, PictureName, User};
use roster_ports::Picture;

use super::people::anybody;
use super::world::World;

fn picture(n: u8, format: PictureFormat) -> PictureName {
    PictureName { sha256: [n; 32], format }
}

pub(crate) fn a_picture_is_referenced_while_a_user_has_it(world: &World) {
    let (jpeg, png) = (picture(1, PictureFormat::Jpeg), picture(1, PictureFormat::Png));
    let is_referenced = |name| world.read(move |tx| tx.pictures().is_referenced(&name));
    for n in [1, 2] {
        world.insert(&User { picture: Some(jpeg), ..anybody(n) });
    }
    assert!(is_referenced(jpeg) && !is_referenced(png));
    world.update(&anybody(1));
    assert!(is_referenced(jpeg));
    world.delete(anybody(2).id);
    assert!(!is_referenced(jpeg));
}

pub(crate) fn doomed_pictures_are_listed_until_spared(world: &World) {
    let (jpeg, png) = (picture(1, PictureFormat::Jpeg), picture(1, PictureFormat::Png));
    for name in [png, jpeg, jpeg] {
        world.run(move |tx| tx.pictures_mut().doom(&name));
    }
    assert_eq!(world.read(|tx| tx.pictures().doomed(9)), [jpeg, png]);
    assert_eq!(world.read(|tx| tx.pictures().doomed(1)), [jpeg]);
    world.run(move |tx| tx.pictures_mut().spare(&jpeg));
    assert_eq!(world.read(|tx| tx.pictures().doomed(9)), [png]);
}

pub(crate) fn pictures_that_anybody_has_come_once_each_in_pieces(world: &World) {
    let (jpeg, png) = (picture(1, PictureFormat::Jpeg), picture(1, PictureFormat::Png));
    let other = picture(2, PictureFormat::Jpeg);
    for (n, picture) in [Some(other), Some(png), Some(jpeg), Some(jpeg), None].into_iter().enumerate() {
        world.insert(&User { picture, ..anybody(u128::try_from(n).unwrap()) });
    }
    let after = |after, take| world.read(move |tx| tx.pictures().referenced(after, take));
    assert_eq!(after(None, 9), [jpeg, png, other]);
    assert_eq!(after(None, 2), [jpeg, png]);
    assert_eq!(after(Some(jpeg), 9), [png, other]);
    assert_eq!(after(Some(png), 9), [other]);
    assert_eq!(after(Some(other), 9), []);
}

pub(crate) fn a_picture_is_held_until_it_is_released(world: &World) {
    let (jpeg, png) = (picture(1, PictureFormat::Jpeg), picture(1, PictureFormat::Png));
    let held = |name| world.read(move |tx| tx.pictures().held(&name));
    for bytes in [vec![1, 0, 255], vec![2]] {
        let picture = Picture { name: jpeg, bytes };
        world.run(move |tx| tx.pictures_mut().hold(&picture));
    }
    assert_eq!((held(jpeg), held(png)), (Some(vec![1, 0, 255]), None));
    for _ in 0..2 {
        world.run(move |tx| tx.pictures_mut().release(&jpeg));
        assert_eq!(held(jpeg), None);
    }
}

pub(crate) fn held_pictures_come_in_order_and_in_pieces(world: &World) {
    let (jpeg, png) = (picture(1, PictureFormat::Jpeg), picture(1, PictureFormat::Png));
    let other = picture(2, PictureFormat::Jpeg);
    for name in [other, png, jpeg] {
        let picture = Picture { name, bytes: vec![7] };
        world.run(move |tx| tx.pictures_mut().hold(&picture));
    }
    let after = |after, take| world.read(move |tx| tx.pictures().all_held(after, take));
    assert_eq!(after(None, 9), [jpeg, png, other]);
    assert_eq!(after(None, 1), [jpeg]);
    assert_eq!(after(Some(jpeg), 9), [png, other]);
    assert_eq!(after(Some(other), 9), []);
}
