//! What a source did with the content: said, thought, intended or found it.

use sayso_document::Act;

use super::cue::Voice;
use super::draft::Draft;
use super::reading::Reading;

/// The act of a draft, by its cue, and for words that both people and documents can say by its source.
pub(super) fn of(r: &Reading<'_>, draft: &Draft) -> Act {
    let lemma = draft.lemma.split(' ').next().unwrap_or_default();
    let whole = draft.lemma.as_str();
    let to = draft.content.first().is_some_and(|c| r.is(c.start, "to"));
    let found = finds(r, draft);
    match lemma {
        "according" | ":" if found => Act::Finding,
        "show" | "reveal" | "indicate" | "suggest" | "find" | "conclude" | "estimate" | "prove" | "demonstrate"
        | "report" | "say" | "note" | "have" | "give" | "put" | "predict"
            if found =>
        {
            Act::Finding
        }
        "find" | "discover" | "uncover" | "determine" | "learn" => Act::Finding,
        "show" | "poll" => Act::Finding,
        "ask" | "say" | "tell" | "write" | "call" if !whole.starts_with("call for") => Act::Speech,
        "be" => be(whole),
        _ if listed(INTENT, lemma) => Act::Intent,
        "agree" if to => Act::Intent,
        "agree" | "promise" | "vow" | "pledge" | "threaten" | "offer" | "swear" => Act::Speech,
        _ if listed(THOUGHT, lemma) => Act::Thought,
        "expect" if draft.voice == Some(Voice::Passive) => Act::Thought,
        "move" | "continue" | "go" | "come" | "work" if to => Act::Intent,
        "support" | "oppose" | "back" | "allow" | "include" | "use" | "make" | "have" | "take" | "do" | "seem"
        | "appear" => Act::Other,
        _ => Act::Speech,
    }
}

/// Whether the source is a poll, a study, a record: it shows rather than says.
fn finds(r: &Reading<'_>, draft: &Draft) -> bool {
    let Some(source) = &draft.source else { return false };
    source.clone().take(12).any(|i| {
        let word = r.lower(i);
        matches!(
            word.strip_suffix('s').unwrap_or(word),
            "poll"
                | "survey"
                | "study"
                | "studie"
                | "data"
                | "figure"
                | "record"
                | "statistic"
                | "evidence"
                | "finding"
                | "result"
                | "document"
                | "number"
                | "research"
                | "census"
                | "polling"
                | "average"
                | "audit"
                | "investigation"
                | "analysi"
                | "review"
                | "test"
                | "transcript"
                | "count"
        )
    })
}

fn be(whole: &str) -> Act {
    match whole.strip_prefix("be ").unwrap_or_default() {
        "critical" | "clear" | "quick" | "vocal" | "dismissive" | "silent" | "supportive" | "outspoken" => Act::Speech,
        "willing" | "ready" | "prepared" | "set" | "eager" | "unwilling" | "due" | "poised" | "determined" => {
            Act::Intent
        }
        "" => Act::Speech,
        _ => Act::Thought,
    }
}

/// Plans, decisions, rulings, orders, wishes.
const INTENT: &str = "plan intend decide want hope aim order rule seek try approve ban require wish decline refuse choose opt \
    vote demand propose decision effort desire attempt resolve mandate prohibit authorize permit grant reject \
    strike block overturn uphold sue look prepare mean determination goal bid push commit veto instruct direct \
    nominate elect consider weigh mull ruling overrule sentence allow forbid bar strategy design";

/// Beliefs, feelings, opinions.
const THOUGHT: &str = "think prefer believe know feel fear doubt see view regard worry expect assume suspect understand realize remember \
    forget like love hate wonder consider anticipate imagine trust care favor favour respect admire enjoy dislike \
    blame belief opinion concern dream perceive recognize fault mind credit sense regret find suppose guess deem \
    support oppose distrust faith confidence enthusiasm anger frustration judge resent rate perception impression";

fn listed(words: &str, lemma: &str) -> bool {
    words.split(' ').any(|word| word == lemma)
}
