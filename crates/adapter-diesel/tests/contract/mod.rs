//! What every adapter of the store promises, as plain functions over `dyn Store`, so that each adapter is put through
//! the same rules: `store_contract!(make)` makes a test of each.

pub(crate) mod access;
pub(crate) mod access_history;
pub(crate) mod administrators;
pub(crate) mod attempts;
pub(crate) mod clients;
pub(crate) mod credentials;
pub(crate) mod directory;
pub(crate) mod events;
pub(crate) mod holdings;
pub(crate) mod hot_reads;
pub(crate) mod kept_pictures;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod pictures;
pub(crate) mod refresh_tokens;
pub(crate) mod replays;
pub(crate) mod sessions;
pub(crate) mod transactions;
pub(crate) mod users;
pub(crate) mod world;

/// Makes a test of each rule; `$make` gives a fresh, empty store each time.
macro_rules! store_contract {
    ($make:path) => {
        store_contract! {
            @rules $make;
            users {
                a_full_record_reads_back
                a_bare_record_reads_back
                a_taken_email_conflicts
                an_update_to_a_taken_email_conflicts
                an_update_replaces_every_field
                updating_nobody_fails
                an_address_is_found_by_its_key
                sign_ins_are_counted_without_a_new_version
                deleting_erases_everything_of_the_person
                deleting_nobody_succeeds
            }
            directory {
                pages_and_cursors_agree_over_random_names
                the_order_is_names_then_creation_then_id
                search_finds_what_the_domain_matches
                wildcards_of_databases_are_plain_characters
                the_separator_of_the_names_finds_nobody
                ids_restrict_and_none_of_them_selects_nobody
                filters_combine
                past_the_end_there_is_nobody
                entries_show_the_sign_ins
            }
            replays {
                an_outcome_reads_back_whole
                an_outcome_is_kept_for_its_time_and_replaced_by_a_newer_one
                an_outcome_goes_with_whoever_asked_and_whom_it_is_about
                old_outcomes_are_swept_piece_by_piece
            }
            access {
                a_grant_reads_back
                giving_again_replaces
                what_is_left_stays_and_nothing_left_is_gone
                giving_to_nobody_fails
                a_persons_grants_come_in_order_and_in_pieces
                a_facilitys_grants_come_in_order_and_in_pieces
                an_expired_grant_is_on_record_and_in_no_list
                a_disabled_persons_grants_are_in_no_list_of_a_facility
                an_action_is_found_whole_alone
            }
            access_history {
                what_was_on_record_comes_from_the_last_change_until_then
                at_one_time_the_later_in_the_feed_counts_numbered_or_not
                who_was_disabled_then_had_no_access_then
                of_the_deleted_nothing_is_told
                the_past_comes_in_order_and_in_pieces
            }
            holdings {
                a_holding_tells_status_and_grant_whatever_they_are
                many_holdings_are_those_of_each
                a_change_of_access_shows_on_the_very_next_call
            }
            administrators {
                another_administrator_counts
                one_who_cannot_sign_in_does_not_count
                a_disabled_one_does_not_count
                whoever_does_not_administer_does_not_count
            }
            credentials {
                a_password_reads_back
                another_password_replaces_the_first
                a_password_of_nobody_fails
                the_highest_cost_is_of_any_hash_on_record
                passwords_are_counted_by_the_secret_of_their_pepper
                a_secret_is_in_use_while_a_password_is_under_it
                a_hash_is_replaced_only_while_it_is_the_one_on_record
            }
            sessions {
                a_sign_in_reads_back
                a_persons_living_sign_ins_come_last_used_first
                sign_ins_through_a_client_come_over_or_not_and_in_pieces
                ending_takes_the_tokens_along
                ending_all_spares_one_and_tells_the_others
                sweeping_takes_those_that_are_over_and_no_more_than_asked
            }
            refresh_tokens {
                a_refresh_token_is_found_by_its_hash
                rotating_marks_the_used_one_and_keeps_its_successor
                a_used_refresh_token_cannot_be_rotated
                a_refresh_token_of_another_session_cannot_be_rotated
                using_a_successor_wipes_it_from_its_predecessor
                a_chain_goes_on_without_what_was_swept_of_it
                successors_are_wiped_some_time_after_their_predecessors_were_used
                rotating_prolongs_and_never_shortens
            }
            attempts {
                a_try_counts_for_each_that_it_names
                a_try_that_names_one_twice_counts_once
                a_try_that_names_none_counts_for_none
                tries_at_one_instant_all_count
                tries_come_newest_first_within_the_time_and_no_more_than_asked
                a_try_that_is_taken_back_counts_for_none
                old_tries_are_forgotten_and_no_more_than_asked
            }
            clients {
                a_client_reads_back_with_its_secret
                a_public_client_has_no_secret
                a_taken_client_id_conflicts
                clients_come_in_the_order_of_their_ids
                a_client_is_disabled_and_enabled_again
                another_secret_replaces_the_one_of_a_confidential_client
                a_deleted_client_is_gone_with_its_sign_ins
            }
            keys {
                a_signing_key_reads_back
                signing_keys_come_in_the_order_in_which_they_begin_to_sign
                a_taken_key_id_conflicts
                another_key_of_one_id_replaces_it
                a_forgotten_signing_key_is_gone
                fingerprints_are_kept_once
                a_fingerprint_is_forgotten_as_often_as_asked
            }
            pictures {
                a_picture_is_referenced_while_a_user_has_it
                doomed_pictures_are_listed_until_spared
                pictures_that_anybody_has_come_once_each_in_pieces
                a_picture_is_held_until_it_is_released
                held_pictures_come_in_order_and_in_pieces
            }
            kept_pictures {
                a_picture_is_kept_until_it_is_erased
                pictures_are_listed_by_their_first_byte
                a_name_is_held_by_one_at_a_time
            }
            events {
                events_come_in_order_with_their_values
                events_of_a_write_that_does_not_stand_are_not_kept
                bookkeeping_writes_no_event
            }
            transactions {
                a_refused_write_leaves_nothing
                a_failed_write_leaves_nothing
                a_panicking_write_fails_alone
                a_panicking_read_fails_alone
                a_write_sees_what_it_wrote
                a_write_that_goes_on_after_a_failure_leaves_nothing
                a_read_sees_one_snapshot
                writes_at_the_same_time_all_count
                the_store_is_ready
            }
            hot_reads {
                a_caller_is_known_by_a_living_session
                anothers_session_is_no_proof
                a_change_shows_on_the_very_next_call
                an_ended_session_counts_no_more_on_the_very_next_call
                a_deleted_user_counts_no_more_on_the_very_next_call
                a_disabled_user_is_told_with_the_status
                a_session_of_a_disabled_client_does_not_count
                a_new_session_counts_after_it_was_unknown
                a_refreshed_session_goes_on
                a_client_is_found_after_it_was_unknown
                a_clients_status_shows_on_the_very_next_call
                a_deleted_client_counts_no_more_on_the_very_next_call
            }
        }
    };
    (@rules $make:path; $($module:ident { $($rule:ident)+ })+) => {$(
        mod $module {
            $(
                #[test]
                fn $rule() {
                    $crate::contract::$module::$rule(&$crate::contract::world::World::of($make()));
                }
            )+
        }
    )+};
}
pub(crate) use store_contract;
