//! Everything else that people type: parsed or refused, and folded to what folds to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_domain::{
    ActionName, ClientId, Description, IdempotencyKey, JobTitle, LanguageTag, NameKey, Password, PersonName,
    RequestId, Role, Scopes, SearchWords, UserId, fold,
};

/// What is accepted is kept in a form that is accepted again.
macro_rules! stays {
    ($text:expr; $($kind:ty)+) => {$(
        if let Ok(value) = $text.parse::<$kind>() {
            let again = value.as_str().parse::<$kind>().expect("the kept form is accepted");
            assert_eq!(again.as_str(), value.as_str());
        }
    )+};
}

fuzz_target!(|text: &str| {
    stays!(text; PersonName Description JobTitle LanguageTag ActionName ClientId RequestId IdempotencyKey);
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice is folding once");
    if let (Ok(name), Some(words)) = (text.parse::<PersonName>(), SearchWords::of(text)) {
        assert!(words.match_name(&NameKey::of(&name, &name)), "a name is found by itself");
    }
    let _ = Password::judge(text, 15);
    let _ = (text.parse::<Scopes>(), text.parse::<Role>(), text.parse::<UserId>());
});
