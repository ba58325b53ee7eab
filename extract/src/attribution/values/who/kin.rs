//! What the encoder says of the mentions of each entity that a source may mean.

use std::ops::Range;

use super::room::Room;
use super::source::Source;
use super::view::View;

/// So many mentions of an entity are held against a source at most.
const HELD: usize = 6;
/// So many of its mentions are looked through for names.
const LOOKED: usize = 40;

/// What the encoder says of the best mention of each entity.
pub(crate) fn kin(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
    let Some(kin) = room.means.kin.filter(|_| !source.tokens.is_empty()) else { return };
    let (mut offers, mut owner): (Vec<Range<usize>>, Vec<(usize, bool)>) = (Vec::new(), Vec::new());
    for (at, &entity) in entities.iter().enumerate() {
        let mentions = &room.mentions[entity];
        let start = |&at: &u32| room.place(at).tokens.start;
        let before = mentions.partition_point(|at| start(at) < source.at);
        let after = mentions.partition_point(|at| start(at) < source.tokens.end);
        let named = |at: &&u32| room.place(**at).mention.name.is_some();
        let latest = || mentions[..before].iter().rev().take(LOOKED);
        let mut held: Vec<u32> = Vec::with_capacity(HELD);
        held.extend(latest().take(2));
        held.extend(latest().filter(named).take(2));
        held.extend(mentions[..before].iter().take(1));
        held.extend(mentions[after..].iter().take(LOOKED).filter(named).take(1));
        held.extend(mentions[before..after].iter().filter(named).take(2));
        held.sort_unstable();
        held.dedup();
        for place in held {
            let place = room.place(place);
            offers.push(place.tokens.start..place.name_end.min(place.tokens.end).max(place.tokens.start + 1));
            owner.push((at, place.tokens.start >= source.at && place.tokens.start < source.tokens.end));
        }
    }
    for (odds, (at, inside)) in kin(&source.tokens, &offers).into_iter().zip(owner) {
        // Exactly nothing: it was not seen together with the source.
        if odds != 0.0 && odds > -1e3 {
            let best = views[at].kin.map_or(odds, |best| best.max(odds));
            views[at].kin = Some(best);
            if inside {
                views[at].kin_inside = Some(views[at].kin_inside.map_or(odds, |best| best.max(odds)));
            }
        }
    }
    let all: Vec<Option<f32>> = views.iter().map(|view| view.kin).collect();
    for (at, view) in views.iter_mut().enumerate() {
        let others = all.iter().enumerate().filter(|&(other, _)| other != at).filter_map(|(_, odds)| *odds);
        if let Some(mine) = view.kin {
            view.kin_rank = 1 + (others.clone().filter(|&odds| odds > mine).count() as u32).min(4);
            view.margin = mine - others.fold(0.0, f32::max);
        }
    }
}
