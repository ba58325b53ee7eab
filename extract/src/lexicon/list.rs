//! Lists of English words, one file each in `lexicon/en`, compiled in and read once.
//!
//! Each file begins with what its words are, why they are listed and where they are used. A word is in the form in which
//! it is looked up: in lower case and in its dictionary form, unless the file says otherwise. To add a word, put it
//! into its place in the order of the file. To add a list, add a file and a line below.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

macro_rules! lists {
    ($(#[$about:meta])* $kind:ident, $texts:ident; $($(#[$doc:meta])* $list:ident = $file:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $kind {
            $($(#[$doc])* $list,)*
        }

        /// The texts of the files, in the order of their names in the enum.
        const $texts: &[&str] = &[$(include_str!(concat!("en/", $file, ".txt")),)*];
    };
}

lists! {
    /// A list of words.
    List, TEXTS;

    /// Verbs of plans, decisions, rulings, orders and wishes, and of what is done by deciding it.
    IntentVerbs = "intent_verbs";
    /// Verbs of beliefs, feelings and opinions.
    ThoughtVerbs = "thought_verbs";
    /// Verbs that neither tell nor think, and yet may attribute.
    OtherVerbs = "other_verbs";
    /// Verbs whose object says what is done: "make the case", "take the view".
    LightVerbs = "light_verbs";
    /// What both people and records do: of a record it is a finding.
    ShowingVerbs = "showing_verbs";
    /// Verbs of finding out, whoever does.
    FindingVerbs = "finding_verbs";
    /// Things that show rather than say, without the "s" of the plural.
    RecordNouns = "record_nouns";
    /// Things written or recorded, which say and show, without the "s" of the plural.
    PaperNouns = "paper_nouns";
    /// What papers do when they show.
    PaperVerbs = "paper_verbs";
    /// Who decides by finding, without the "s" of the plural.
    CourtNouns = "court_nouns";
    /// Verbs that tell a ruling when a court is their subject.
    CourtVerbs = "court_verbs";
    /// Verbs of intent with their particles.
    PhrasalIntent = "phrasal_intent";
    /// Verbs of thought with their particles.
    PhrasalThought = "phrasal_thought";
    /// Adjectives after "be" that tell of speech: "was critical of".
    SpeechAdjectives = "speech_adjectives";
    /// Adjectives after "be" that tell of intent: "is willing to".
    IntentAdjectives = "intent_adjectives";
    /// Nouns of speech: "made the case that".
    SpeechNouns = "speech_nouns";
    /// Nouns of thought: "the belief that".
    ThoughtNouns = "thought_nouns";
    /// Nouns of intent: "the decision to".
    IntentNouns = "intent_nouns";
    /// Nouns of finding: "the estimate that".
    FindingNouns = "finding_nouns";
    /// Adverbs that tell that a thought was made known: "wondered aloud".
    VoicedAdverbs = "voiced_adverbs";
    /// Verbs of saying that a refusal denies: "declined to comment".
    TellingVerbs = "telling_verbs";
    /// Verbs before "to say" that leave open whether it was said: "expects to say".
    UnrealVerbs = "unreal_verbs";
    /// Verbs before "someone to say" that leave open whether it was said: "asked the mayor to say".
    ControlVerbs = "control_verbs";
    /// Adjectives before "to say" that leave open whether it was said: "is likely to say".
    UnrealAdjectives = "unreal_adjectives";
    /// Nouns before "to say" that leave open whether it was said: "a promise to say".
    UnrealNouns = "unreal_nouns";
    /// Verbs that deny the verb after them: "refused to say", "avoided saying".
    RefusalVerbs = "refusal_verbs";
    /// Words that say that nothing was said or is known: "kept silent", "was unsure".
    SilentWords = "silent_words";
    /// Verbs whose object is the addressee: "told reporters".
    AddressedVerbs = "addressed_verbs";
    /// Of addressed_verbs those whose object cannot be what was said.
    AddressedOnlyVerbs = "addressed_only_verbs";
    /// Of addressed_verbs those whose object may be a thing: "queried the bill".
    AddressedOrThingVerbs = "addressed_or_thing_verbs";
    /// Verbs after which "to" brings the addressee: "said to the board".
    SaysToVerbs = "says_to_verbs";
    /// Verbs that give what is said to somebody: "sent a letter to the board".
    GivingVerbs = "giving_verbs";
    /// Verbs whose object stands before the addressee: "read the letter to the crowd".
    HandingVerbs = "handing_verbs";
    /// Verbs after which "with" or "to" brings the addressee: "spoke with reporters".
    TalkingVerbs = "talking_verbs";
    /// Nouns of answers, whose "to" may bring what is answered rather than who hears it.
    AnswerNouns = "answer_nouns";
    /// What is said or written to somebody: "an interview with the paper", "a letter to the board".
    ChannelNouns = "channel_nouns";
    /// Nouns of bodies that end like abstract nouns: "administration", "community".
    BodyNouns = "body_nouns";
    /// Nouns of what cannot hear, although a verb of telling may have them as its object: "tell the truth".
    AbstractNouns = "abstract_nouns";
    /// Nouns of who can hear, singular and plural.
    AudienceNouns = "audience_nouns";
    /// Verbs that only prepare the one in the infinitive or gerund after them: "went on to say".
    PreparingVerbs = "preparing_verbs";
    /// What tells how words came down to us rather than whose they are: "according to a transcript".
    TranscriptNouns = "transcript_nouns";
    /// Verbs after which "when", "where" and "if" begin a question: "will decide where".
    QuestionVerbs = "question_verbs";
    /// Verbs of saying that reach over any adjunct to their content: "said at a rally on Friday that".
    ReachingVerbs = "reaching_verbs";
    /// Verbs whose object is the addressee and no part of what was said: "told reporters that".
    ToldVerbs = "told_verbs";
    /// Nouns after "in" and "on" that are taken as part of the cue: "said in a statement that".
    StatementNouns = "statement_nouns";
    /// Nouns after "in", "on" and "at" that tell where something was said, without the "s" of the plural.
    OccasionNouns = "occasion_nouns";
    /// Verbs of saying, whose subject goes on speaking within the sentence.
    SayingVerbs = "saying_verbs";
    /// Words that are both titles and first names: "Dean", "Judge".
    TitleFirstNames = "title_first_names";
    /// Words that label who speaks in a conversation, and are no names: "MODERATOR:".
    TurnRoles = "turn_roles";
    /// What may follow a name behind a comma: "Acme, Inc."
    NameSuffixes = "name_suffixes";
    /// First parts of names that a hyphen joins even where blanks surround it: "El - Marn".
    HyphenedFirsts = "hyphened_firsts";
    /// Endings with a hyphen that stand after names of places and people: "Veloria-based".
    AttachedEndings = "attached_endings";
    /// Frequent words of English that are no words, or rare ones, of the languages that share its alphabet.
    FrequentWords = "frequent_words";
    /// Frequent words of the most spoken languages in Latin letters that are no English words.
    ForeignWords = "foreign_words";
    /// Words that begin a clause or an apposition of its own behind a comma: ", who", ", while".
    CommaOpeners = "comma_openers";
    /// Prepositions before places, times and occasions: "said at a rally in Tamm that".
    AdjunctPrepositions = "adjunct_prepositions";
    /// Prepositions that hang a phrase on a noun: "a spokesman for the ministry".
    LinkingPrepositions = "linking_prepositions";
    /// Small words and signs that have no letter in most acronyms: "Alliance to Reclaim Our Schools (AROS)".
    AcronymSkips = "acronym_skips";
    /// Words that make a body of the name before them: "the Ostrey campaign".
    OfficeHeads = "office_heads";
    /// The same with a word between that tells of what: "the Velorian foreign ministry".
    MinistryNouns = "ministry_nouns";
    /// Of office_heads those that persons have: "the Ostrey campaign".
    PersonalOffices = "personal_offices";
    /// Words for somebody of the family: "his wife".
    KinNouns = "kin_nouns";
    /// Heads of descriptions of bodies that carry the word in their own name: "the ministry".
    SelfNamedHeads = "self_named_heads";
    /// Kinds of documents, in the singular: "poll", "study".
    DocumentNouns = "document_nouns";
    /// What sort of body the name before it is of: "the Gannett newspaper chain".
    BodySorts = "body_sorts";
    /// Parts of bodies that speak for the whole: "a panel of the Appeals Court".
    BodyParts = "body_parts";
    /// Words for men: "the chairman".
    MenNouns = "men_nouns";
    /// Words for women: "the chairwoman".
    WomenNouns = "women_nouns";
    /// Words that count before a noun, but for numbers: "several officials".
    Counting = "counting";
    /// Pronouns that may be a whole source, beside the personal ones: "many said".
    OtherPronouns = "other_pronouns";
    /// Heads of descriptions of persons beside titles: "the suspect".
    PersonHeads = "person_heads";
    /// Heads of descriptions of bodies beside the heads of their names: "the airline".
    BodyHeads = "body_heads";
    /// Words that stand in no description: "the" up to its head.
    DescriptionStops = "description_stops";
    /// Words after which a noun phrase is no subject: "about the minister".
    NoSubjectPrepositions = "no_subject_prepositions";
    /// Words that show that a noun phrase before them is a subject: "the minister also".
    SubjectFollowers = "subject_followers";
    /// Titles that in lower case are mostly other words: "general", "chief".
    VagueTitles = "vague_titles";
    /// Words that head pictures, links, notes and data, in lower case: "Photo:", "Related:".
    LayoutHeads = "layout_heads";
    /// Endings of company names that the short name drops, in lower case: "Orbit Inc."
    LegalForms = "legal_forms";
    /// Forms of verbs of saying that open a sentence before who speaks: "Said Lind: …"
    TurnedVerbs = "turned_verbs";
    /// Verbs of saying whose content may be the block below: "She wrote:".
    BlockVerbs = "block_verbs";
    /// Plural nouns that announce a list of what is said: "gave three reasons:".
    AnnouncingNouns = "announcing_nouns";
    /// Units of time, and seasons: "two days ago", "last summer".
    TimeUnits = "time_units";
}

lists! {
    /// A table: words, each with what it stands for.
    Table, TABLE_TEXTS;

    /// Forms of verbs that no rule yields, with their lemmas: "said", "say".
    IrregularVerbs = "irregular_verbs";
    /// Wordings of one country, city or organisation, with the usual one: "kiev", "kyiv".
    SameNames = "same_names";
    /// Numbers in words, with their digits: "two", "2".
    NumberWords = "number_words";
    /// Short forms of given names, with the full one: "bill", "william".
    Nicknames = "nicknames";
    /// Words of titles, with those that they are compared as: "sen", "senator".
    TitleWords = "title_words";
}

/// The words of one list.
#[derive(Debug)]
struct Words {
    words: FxHashSet<&'static str>,
    /// The words that end in "e", without it.
    without_e: FxHashSet<&'static str>,
}

/// All lists, by [`List`].
static LISTS: LazyLock<Vec<Words>> = LazyLock::new(|| TEXTS.iter().map(|text| Words::read(text)).collect());

/// All tables, by [`Table`].
static TABLES: LazyLock<Vec<FxHashMap<&'static str, &'static str>>> = LazyLock::new(|| {
    TABLE_TEXTS.iter().map(|text| lines(text).filter_map(|line| line.split_once(" = ")).collect()).collect()
});

/// Reads all lists and tables, so that no analysis has to.
pub(super) fn read() {
    LazyLock::force(&LISTS);
    LazyLock::force(&TABLES);
}

impl Table {
    /// What a word stands for; none if the table lacks it. Regular forms of verbs, for example, are in no table and
    /// left to [`tags::lemma`](crate::tags).
    pub(crate) fn get(self, word: &str) -> Option<&'static str> {
        TABLES[self as usize].get(word).copied()
    }
}

impl List {
    /// Whether the list has the word.
    pub(crate) fn has(self, word: &str) -> bool {
        LISTS[self as usize].words.contains(word)
    }

    /// Whether the list has the word, or the word with an "e": where the dictionary does not know a verb, taking off its
    /// ending may take its last "e", too, and make "overrul" of "overruled".
    pub(crate) fn has_stem(self, word: &str) -> bool {
        let words = &LISTS[self as usize];
        words.words.contains(word) || words.without_e.contains(word)
    }
}

impl Words {
    fn read(text: &'static str) -> Self {
        let words: FxHashSet<_> = lines(text).collect();
        let without_e = lines(text).filter_map(|word| word.strip_suffix('e')).collect();
        Self { words, without_e }
    }
}

/// The lines of a list behind its head.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_with_and_without_their_last_e() {
        assert!(List::IntentVerbs.has("overrule") && List::IntentVerbs.has("plan"));
        assert!(!List::IntentVerbs.has("overrul") && List::IntentVerbs.has_stem("overrul"));
        assert!(List::PhrasalIntent.has("strike down"));
        for absent in ["", "#", "e", "plan intend", "Plan"] {
            assert!(!List::IntentVerbs.has_stem(absent), "{absent:?}");
        }
        assert_eq!((Table::IrregularVerbs.get("said"), Table::IrregularVerbs.get("walked")), (Some("say"), None));
    }

    #[test]
    fn each_list_is_sorted_and_says_what_it_is_for() {
        for text in TEXTS.iter().chain(TABLE_TEXTS) {
            let head = text.lines().take_while(|line| line.starts_with("# ")).count();
            let name = text.lines().next().unwrap_or_default();
            assert!((3..=6).contains(&head), "{name}: what it is, why, and where it is used");
            assert!(text.contains("\n# Used in "), "{name}: where it is used");
            let words: Vec<_> = text.lines().skip(head).collect();
            let wrong = words.windows(2).find(|pair| pair[0] >= pair[1]);
            assert!(wrong.is_none(), "{name}: not in order, or twice: {wrong:?}");
            let clean = |word: &&str| word.trim() == *word && !word.is_empty() && !word.contains("  ");
            assert!(words.len() >= 5 && words.iter().all(clean), "{name}: a word a line, and more than a few");
        }
        let pairs = |text: &&&'static str| lines(text).all(|line| line.split(" = ").count() == 2);
        assert!(TABLE_TEXTS.iter().all(|text| pairs(&text)), "a word and what it stands for");
    }

    /// Of lists that are asked one after another, a word in two is found in the first alone.
    #[test]
    fn lists_that_part_words_share_none() {
        use List::*;
        let parted: [&[List]; 6] = [
            &[IntentVerbs, ThoughtVerbs, OtherVerbs, FindingVerbs, LightVerbs],
            &[SpeechNouns, ThoughtNouns, IntentNouns, FindingNouns],
            &[SpeechAdjectives, IntentAdjectives],
            &[RecordNouns, PaperNouns, CourtNouns],
            &[AddressedOnlyVerbs, AddressedOrThingVerbs],
            &[FrequentWords, ForeignWords],
        ];
        for lists in parted {
            for (place, &one) in lists.iter().enumerate() {
                for &other in &lists[place + 1..] {
                    let both: Vec<_> = lines(TEXTS[one as usize]).filter(|word| other.has(word)).collect();
                    assert!(both.is_empty(), "{one:?} and {other:?}: {both:?}");
                }
            }
        }
    }

    #[test]
    fn lists_of_some_of_another_lie_in_it() {
        use List::*;
        let within = [
            (AddressedOnlyVerbs, AddressedVerbs),
            (AddressedOrThingVerbs, AddressedVerbs),
            (PaperVerbs, ShowingVerbs),
            (ReachingVerbs, SayingVerbs),
            (RefusalVerbs, PreparingVerbs),
        ];
        for (part, whole) in within {
            let beyond: Vec<_> = lines(TEXTS[part as usize]).filter(|word| !whole.has(word)).collect();
            assert!(beyond.is_empty(), "{part:?} has what {whole:?} lacks: {beyond:?}");
        }
    }
}
