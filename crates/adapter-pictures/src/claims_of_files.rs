//! What the decoders do not check by themselves before they believe a file.

/// Whether a JPEG has its end marker, which a file that was cut off has not. The decoder would fill it up with grey.
pub(crate) fn jpeg_is_whole(file: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut rest = file.get(2..).unwrap_or_default();
    // Segments before the scan may hold another JPEG, with an end of its own: a thumbnail.
    while let [0xff, marker, after @ ..] = rest {
        rest = match (*marker, after) {
            (0xff, _) => rest.split_at(1).1,
            (START_OF_SCAN, _) => return after.windows(2).any(|pair| pair == [0xff, 0xd9]),
            (0x01 | 0xd0..=0xd7, _) => after,
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                after.get(length..).unwrap_or_default()
            }
            _ => return false,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_is_whole_only_with_an_end_of_its_own() {
        let thumbnail = b"\xff\xe1\x00\x06\xff\xd8\xff\xd9";
        let scan = b"\xff\xda\x00\x02\x12\xff\x00\x34";
        let whole =
            [b"\xff\xd8", &thumbnail[..], b"\xff\xff\xdd\x00\x04\x00\x01", scan, b"\xff\xd9trailer"].concat();
        assert!(jpeg_is_whole(&whole));
        for length in 0..whole.len() - b"\xd9trailer".len() {
            assert!(!jpeg_is_whole(whole.split_at(length).0), "{length}");
        }
    }

    #[test]
    fn segments_without_length_end_the_search() {
        for file in
            [&b"\xff\xd8\xff\xe1\x00\x00\xff\xe1"[..], b"\xff\xd8\xff\xe1\x00\x00", b"\xff\xd8\xffx\xff"]
        {
            assert!(!jpeg_is_whole(file));
        }
    }
}
