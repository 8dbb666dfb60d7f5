use roster_domain::{PictureFormat, PictureName, User};

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
