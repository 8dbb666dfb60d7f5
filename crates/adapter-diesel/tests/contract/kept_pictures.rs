//! Pictures that the database keeps itself.

use roster_adapter_diesel::DatabasePictures;
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{Picture, PictureKeeper};

use super::world::World;

fn picture(first: u8, last: u8, format: PictureFormat) -> Picture {
    let mut sha256 = [0; 32];
    sha256[0] = first;
    sha256[31] = last;
    Picture { name: PictureName { sha256, format }, bytes: vec![first, last, 0, 255] }
}

fn pictures(world: &World) -> DatabasePictures {
    DatabasePictures::new(world.store())
}

pub(crate) fn a_picture_is_kept_until_it_is_erased(world: &World) {
    let pictures = pictures(world);
    let picture = picture(1, 2, PictureFormat::Jpeg);
    world.runtime().block_on(async {
        assert_eq!(pictures.load(&picture.name).await.unwrap(), None);
        pictures.keep(&picture).await.unwrap();
        pictures.keep(&picture).await.unwrap();
        assert_eq!(pictures.load(&picture.name).await.unwrap(), Some(picture.bytes.clone()));
        pictures.erase(&picture.name).await.unwrap();
        pictures.erase(&picture.name).await.unwrap();
        assert_eq!(pictures.load(&picture.name).await.unwrap(), None);
    });
}

pub(crate) fn pictures_are_listed_by_their_first_byte(world: &World) {
    let pictures = pictures(world);
    let (jpeg, png) = (PictureFormat::Jpeg, PictureFormat::Png);
    let kept =
        [(0, 0, jpeg), (0, 0xff, png), (1, 0, png), (1, 1, jpeg), (0xfe, 0xff, png), (0xff, 0xff, png)];
    world.runtime().block_on(async {
        for (first, last, format) in kept {
            pictures.keep(&picture(first, last, format)).await.unwrap();
        }
        for first in [0, 1, 2, 0xfe, 0xff] {
            let of_byte = kept.iter().filter(|(byte, ..)| *byte == first);
            let names: Vec<_> = of_byte.map(|(a, b, format)| picture(*a, *b, *format).name).collect();
            assert_eq!(pictures.list(first).await.unwrap(), names, "{first}");
        }
    });
}

pub(crate) fn a_name_is_held_by_one_at_a_time(world: &World) {
    let pictures = pictures(world);
    let name = picture(1, 1, PictureFormat::Png).name;
    world.runtime().block_on(async {
        let held = pictures.lock(&name).await.unwrap();
        let second = pictures.lock(&name);
        let waiting = tokio::time::timeout(std::time::Duration::from_millis(50), second);
        assert!(waiting.await.is_err());
        drop(held);
        drop(pictures.lock(&name).await.unwrap());
    });
}
