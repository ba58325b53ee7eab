//! Words by what they tell of an attribution: verbs and nouns of saying, thinking, intending and finding.
//!
//! Lists hold dictionary forms. They were gathered from the cues that the training articles use, most
//! frequent first, and judged one by one.

/// Whether a list of words, parted by blanks, has the word. A word that lost its last "e" to an ending
/// which the table of tags does not know, "overrul", is meant too.
pub(crate) fn listed(words: &str, word: &str) -> bool {
    // Most lists do not even hold the letters, which is soon found out.
    let meant = |known: &str| known == word || known.strip_suffix('e') == Some(word);
    !word.is_empty() && words.contains(word) && words.split_ascii_whitespace().any(meant)
}

/// Plans, decisions, rulings, orders, wishes, and what is done by deciding it.
pub(crate) const INTENT: &str = "plan intend decide want hope aim order rule seek try approve ban require wish \
    decline refuse choose opt vote demand propose attempt resolve mandate prohibit authorize authorise permit grant \
    reject strike block overturn uphold sue look prepare mean commit veto instruct direct nominate elect consider \
    weigh mull overrule sentence allow forbid bar design appoint impose enact repeal adopt ratify abolish cancel \
    postpone suspend introduce launch sign pass obligate vie strive struggle arrange schedule negotiate \
    deliberate contemplate envision legislate pursue rally mobilize resist withhold activate dedicate";

/// Beliefs, feelings, opinions.
pub(crate) const THOUGHT: &str = "think prefer believe know feel fear doubt see view regard worry expect assume suspect \
    understand realize realise remember forget like love hate wonder anticipate imagine trust care favor favour \
    respect admire enjoy dislike blame dream perceive recognize recognise mind regret suppose guess deem support \
    oppose distrust resent sense seethe bristle fret mourn learn figure reckon presume envy adore loathe despise \
    relish cherish appreciate value foresee misunderstand disagree interest impress anger please surprise concern \
    outrage thrill shock disappoint scare startle enamor incline frustrate incense notice sympathize hear";

/// What neither tells nor thinks, and yet may attribute.
pub(crate) const OTHER: &str = "back include seem appear sound remain become turn represent reflect cover feature \
    focus ignore engage examine need flout treat change create follow receive";

/// Verbs whose object says what is done: "make the case", "take the view".
pub(crate) const LIGHT: &str = "make have take give put do use hold set carry bring reach harbor harbour";

/// What both people and records do: of a record it is a finding.
pub(crate) const SHOWN: &str = "show reveal indicate suggest find conclude estimate prove demonstrate report say note have \
    give put predict agree confirm document expose disclose forecast project detail illustrate make imply \
    contain rank rate list tell describe warn cite add record state place peg establish determine identify \
    measure link attribute point contradict support";

/// Finding out, whoever does.
pub(crate) const FINDING: &str = "find discover uncover determine show poll document calculate detect";

/// Things that show rather than say, without the "s" of the plural.
pub(crate) const RECORDS: &str = "poll survey study studie data figure record statistic evidence finding result document number \
    research census polling average audit investigation analysi analyse review test transcript count video \
    footage estimate projection sample dataset metric chart index tally measurement experiment trial";

/// Things written, which say and show, likewise.
pub(crate) const PAPERS: &str = "email e-mail memo letter photo photograph image picture recording tape paper report filing \
    note log diary message file";

/// What papers do when they show.
pub(crate) const PAPER_SHOWS: &str = "show suggest reveal indicate prove confirm demonstrate expose";

/// Who decides by finding, likewise without "s".
pub(crate) const COURTS: &str = "court judge jury juror tribunal justice arbitrator magistrate bench panel";

/// Verbs that tell a ruling when a court is their subject.
pub(crate) const COURT_DECIDES: &str = "find determine conclude hold uphold dismiss throw affirm convict acquit hear";

/// Verbs with their particles.
pub(crate) const PHRASAL_INTENT: &str = "back-off strike-down give-up pull-out call-off turn-down walk-back opt-out back-away set-out \
    back-down vote-down throw-out rule-in scale-back step-down";
pub(crate) const PHRASAL_THOUGHT: &str = "figure-out find-out work-out make-out puzzle-over";

/// Adjectives after "be".
pub(crate) const BE_SPEECH: &str = "critical clear quick vocal dismissive silent outspoken adamant blunt emphatic \
    unequivocal coy insistent explicit frank candid complimentary effusive scathing noncommittal apologetic";
pub(crate) const BE_INTENT: &str = "willing ready prepared set eager unwilling due poised determined reluctant committed \
    keen dedicated intent bent scheduled slated loath";

/// Nouns of each act.
pub(crate) const SPEECH_NOUNS: &str = "case claim comment argument point statement accusation remark announcement pitch plea \
    appeal speech assertion suggestion reference joke phrase word term call promise pledge vow apology warning \
    threat charge allegation complaint objection denial answer reply response question criticism praise advice \
    offer excuse confession admission request prediction mention declaration allusion boast lecture testimony \
    criticisms sentiment condolence support message defense defence swipe shot jab objection rebuke description";
pub(crate) const THOUGHT_NOUNS: &str = "doubt view belief hope fear concern confidence faith opinion worry impression dream \
    expectation conclusion understanding perception sense anger frustration enthusiasm regret distrust suspicion \
    feeling assumption conviction respect admiration notion idea thought mind fault credit worry sympathy anxiety \
    skepticism scepticism misgiving qualm reservation attitude supporter opposition memory";
pub(crate) const INTENT_NOUNS: &str = "decision plan intention choice effort aim goal desire attempt bid push strategy ruling \
    determination mandate resolution refusal commitment ambition wish proposal order policy vote approval rejection \
    agreement veto appointment nominee purpose priority demand";
pub(crate) const FINDING_NOUNS: &str = "finding estimate result survey poll study analysis evidence data statistic calculation \
    projection";
