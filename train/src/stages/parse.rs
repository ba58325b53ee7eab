//! Fits the dependency parser on UD English EWT.
//!
//! The words have the tags of a tagger that was fitted on other sentences, as on unseen texts. Transitions are learned
//! with a dynamic oracle (Goldberg & Nivre, 2013): the parser follows its own choices, and learns there which
//! transitions lose no dependency that can still be found.

use std::io;

use sayso_document::Document;
use sayso_extract::fit::parse::{Move, NAMES, NONE, Parser, Relation, Sight, State, move_features, relation_features};
use sayso_extract::fit::tags::{Form, Tag, forms_of};

use super::stage::Stage;
use super::tags::{self, Gold};
use crate::corpus::{TaggedSentence, TaggedWord, pieces, trees};
use crate::learn::{Settings, Shuffle, Table, normalize};
use crate::places::{Places, bar};

/// The stage.
pub(super) const STAGE: Stage = Stage { name: "parse", about: "Fits the dependency parser on UD English EWT", run };

const MOVES: Settings = Settings { bits: 21, epochs: 10, rate: 0.03, decay: 1e-6 };
const RELATIONS: Settings = Settings { bits: 20, epochs: 10, rate: 0.03, decay: 1e-6 };
/// How many folds the sentences are split into. Each is tagged by a tagger that was fitted on the others.
const FOLDS: usize = 2;
/// From this epoch on, the parser follows its own choices, except for one in [`TRUSTED`].
const OWN_CHOICE_FROM_EPOCH: usize = 1;
const TRUSTED: u64 = 10;
/// One of 16 features is dropped at each step, at random, so that none is relied on alone.
const KEPT: u64 = 15;
/// From this epoch on, the weights are added to the mean each time that so many sentences were read.
const MEAN_FROM_EPOCH: usize = 1;
const MEAN_EVERY_SENTENCES: usize = 2000;

fn run(places: &Places) -> io::Result<()> {
    let corpus = trees(&places.eval("pos/ewt-train.conllu.gz"))?;
    let held_out = trees(&places.eval("pos/ewt-dev.conllu.gz"))?;
    let clusters = places.clusters()?;
    let golds: Vec<Gold<'_>> = corpus.iter().map(Gold::new).collect();
    let mut folds = Vec::new();
    for fold in 0..FOLDS {
        let others = golds.iter().enumerate().filter(|(at, _)| at % FOLDS != fold).map(|(_, gold)| gold);
        let (model, _, words) = tags::fit_all(&others.collect::<Vec<_>>(), &clusters)?;
        folds.push((model, words));
    }
    let ready = |(at, sentence): (usize, &TaggedSentence)| {
        let (model, words) = &folds[at % FOLDS];
        let tags = golds[at].tagged(model, (words, &clusters));
        Example::new(sentence, forms_of(golds[at].document(), words, &clusters), tags)
    };
    let examples: Vec<Example> = corpus.iter().enumerate().map(ready).collect();
    let parser = fit(&examples);
    let tagger = places.tagger()?;
    let ready = |sentence: &TaggedSentence| {
        let gold = Gold::new(sentence);
        let tags = gold.tagged(&tagger.0, (&tagger.1, &clusters));
        Example::new(sentence, forms_of(gold.document(), &tagger.1, &clusters), tags)
    };
    report(&parser, &held_out.iter().map(ready).collect::<Vec<_>>());
    places.write("moves.bin", &parser.moves.to_bytes(NAMES[0]))?;
    places.write("relations.bin", &parser.relations.to_bytes(NAMES[1]))
}

/// A sentence as the parser sees it, with its tree.
struct Example {
    forms: Vec<Form>,
    tags: Vec<Tag>,
    /// The head of each token. [`NONE`] for a root.
    heads: Vec<u32>,
    relations: Vec<Relation>,
    /// Whether the corpus says anything about the token.
    known: Vec<bool>,
}

impl Example {
    fn new(sentence: &TaggedSentence, forms: Vec<Form>, tags: Vec<Tag>) -> Self {
        let document = Document::new(&sentence.text);
        let pieces = pieces(&document, &sentence.words);
        // The token of each word of the corpus. The last one, if a word has several.
        let mut token_of = vec![NONE; sentence.words.len()];
        for (token, range) in pieces.iter().enumerate() {
            token_of[range.clone()].fill(token as u32);
        }
        let (mut heads, mut relations, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for (token, range) in pieces.iter().enumerate() {
            let head = |word: &TaggedWord| word.head.checked_sub(1).map_or(NONE, |at| token_of[at]);
            let words = &sentence.words[range.clone()];
            let word = words.iter().find(|word| head(word) != token as u32);
            heads.push(word.map_or(NONE, head));
            relations.push(word.map_or(Relation::Other, |word| relation(&word.relation)));
            known.push(word.is_some());
        }
        Self { forms, tags, heads, relations, known }
    }

    /// How many dependencies a transition makes impossible to find.
    fn cost(&self, state: &State, step: Move) -> usize {
        let head = |word: u32| self.heads[word as usize];
        let (next, top) = (state.ahead(0), state.on_stack(0));
        let to_come = || state.next..self.heads.len() as u32;
        let comes = |word: u32| word != NONE && word >= state.next;
        let dependents = || to_come().filter(|&word| head(word) == top).count();
        match step {
            Move::Shift => {
                let below = &state.stack[..state.stack.len().saturating_sub(1)];
                let lost_head = match head(next) {
                    NONE => !state.stack.is_empty(),
                    above => below.contains(&above),
                };
                usize::from(lost_head) + state.stack.iter().filter(|&&word| head(word) == next).count()
            }
            Move::Left => {
                let below = head(top) == state.on_stack(1);
                usize::from(below || comes(head(top)) && head(top) != next) + dependents()
            }
            Move::Right => usize::from(comes(head(top))) + dependents(),
        }
    }
}

/// The tables while they are fitted.
struct Fitting {
    moves: Table,
    relations: Table,
    shuffle: Shuffle,
    sight: Sight,
    state: State,
}

fn fit(examples: &[Example]) -> Parser {
    let mut fitting = Fitting {
        moves: Table::new(Move::ALL.len(), &MOVES),
        relations: Table::new(Relation::COUNT, &RELATIONS),
        shuffle: Shuffle::new(1),
        sight: Sight::default(),
        state: State::default(),
    };
    let bar = bar("parse", MOVES.epochs * examples.len());
    let (mut moves, mut relations) = (fitting.moves.mean(), fitting.relations.mean());
    for epoch in 0..MOVES.epochs {
        for (done, at) in fitting.shuffle.order(examples.len()).into_iter().enumerate() {
            fitting.learn(&examples[at], epoch >= OWN_CHOICE_FROM_EPOCH);
            if epoch >= MEAN_FROM_EPOCH && done % MEAN_EVERY_SENTENCES == 0 {
                moves.add(&fitting.moves);
                relations.add(&fitting.relations);
            }
            bar.inc(1);
        }
    }
    bar.finish();
    Parser { moves: moves.finish(), relations: relations.finish() }
}

impl Fitting {
    /// The features that are used at this step.
    fn kept(&mut self, features: &[u32]) -> Vec<u32> {
        let mut kept = Vec::with_capacity(features.len());
        for chunk in features.chunks(16) {
            let dice = self.shuffle.draw();
            let rolled = chunk.iter().enumerate().filter(|(at, _)| (dice >> (4 * at)) & 15 < KEPT);
            kept.extend(rolled.map(|(_, feature)| *feature));
        }
        kept
    }

    fn learn(&mut self, example: &Example, own_way: bool) {
        self.sight.read(&example.forms, &example.tags);
        self.state.begin(example.forms.len());
        while !self.state.is_done() {
            let step = self.step(example, own_way);
            let head = self.state.head_by(step);
            match step {
                Move::Shift => self.state.shift(),
                Move::Left | Move::Right => {
                    let relation = self.relation(example, head);
                    self.state.attach(head, relation);
                }
            }
        }
    }

    /// Learns from the choice between transitions, and makes it.
    fn step(&mut self, example: &Example, own_way: bool) -> Move {
        let allowed: Vec<Move> = Move::ALL.into_iter().filter(|&step| self.state.allows(step)).collect();
        if let [only] = allowed[..] {
            return only;
        }
        let features = self.kept(&move_features(&self.sight, &self.state));
        let mut scores = [0.0; Move::ALL.len()];
        self.moves.add(&features, &mut scores);
        Move::ALL.iter().filter(|step| !self.state.allows(**step)).for_each(|&step| scores[step as usize] = -1e9);
        normalize(&mut scores);
        let costs: Vec<usize> = allowed.iter().map(|&step| example.cost(&self.state, step)).collect();
        let least = costs.iter().copied().min().unwrap_or(0);
        let good = |at: usize| costs[at] == least;
        let best = |list: &mut dyn Iterator<Item = usize>| {
            list.max_by(|&a, &b| scores[allowed[a] as usize].total_cmp(&scores[allowed[b] as usize])).unwrap_or(0)
        };
        let own = allowed[best(&mut (0..allowed.len()))];
        let oracle = allowed[best(&mut (0..allowed.len()).filter(|&at| good(at)))];
        // The fit maximises the probability of all good transitions together.
        let sum: f32 = (0..allowed.len()).filter(|&at| good(at)).map(|at| scores[allowed[at] as usize]).sum();
        let mut slopes = scores;
        for at in (0..allowed.len()).filter(|&at| good(at)) {
            slopes[allowed[at] as usize] -= scores[allowed[at] as usize] / sum.max(1e-20);
        }
        self.moves.step(&features, &slopes);
        if own_way && !self.shuffle.draw().is_multiple_of(TRUSTED) { own } else { oracle }
    }

    /// Learns from the relation of the top of the stack to `head`, if that is right, and chooses one.
    fn relation(&mut self, example: &Example, head: u32) -> Relation {
        if head == NONE {
            return Relation::Root;
        }
        let top = self.state.on_stack(0) as usize;
        let features = self.kept(&relation_features(&self.sight, &self.state, head));
        let mut scores = [0.0; Relation::COUNT];
        self.relations.add(&features, &mut scores);
        normalize(&mut scores);
        let best = (0..Relation::COUNT).fold(0, |best, at| if scores[at] > scores[best] { at } else { best });
        if example.heads[top] == head && example.known[top] {
            scores[example.relations[top] as usize] -= 1.0;
            self.relations.step(&features, &scores);
        }
        Relation::ALL[best]
    }
}

fn relation(name: &str) -> Relation {
    match name {
        "root" => Relation::Root,
        "nsubj" | "nsubj:outer" | "csubj" | "csubj:outer" => Relation::Subject,
        "nsubj:pass" | "csubj:pass" => Relation::PassiveSubject,
        "obj" => Relation::Object,
        "iobj" => Relation::Recipient,
        "ccomp" => Relation::Complement,
        "xcomp" => Relation::OpenComplement,
        "acl:relcl" | "advcl:relcl" => Relation::Relative,
        "parataxis" => Relation::Parataxis,
        "appos" => Relation::Apposition,
        "conj" => Relation::Conjunct,
        "mark" => Relation::Marker,
        "nmod:poss" => Relation::Possessor,
        "compound" | "flat" => Relation::Part,
        "amod" | "nummod" => Relation::Determiner,
        "cop" => Relation::Auxiliary,
        "case" => Relation::Case,
        "punct" => Relation::Mark,
        "advmod" => Relation::Adverb,
        _ => match name.split(':').next().unwrap_or_default() {
            "obl" => Relation::Oblique,
            "advcl" => Relation::Adverbial,
            "acl" => Relation::Adnominal,
            "cc" => Relation::Coordinator,
            "nmod" => Relation::NounModifier,
            "det" => Relation::Determiner,
            "aux" => Relation::Auxiliary,
            _ => Relation::Other,
        },
    }
}

/// Prints how many heads are right, and how precisely each relation is found.
fn report(parser: &Parser, examples: &[Example]) {
    let (mut all, mut heads, mut both) = (0, 0, 0);
    let mut counts = vec![[0_usize; 3]; Relation::COUNT];
    let (mut sight, mut state) = (Sight::default(), State::default());
    for example in examples {
        parser.sentence(&example.forms, &example.tags, &mut sight, &mut state);
        for (at, node) in state.nodes.iter().enumerate().filter(|(at, _)| example.known[*at]) {
            let gold = example.relations[at];
            counts[gold as usize][0] += 1;
            counts[node.relation as usize][1] += 1;
            let head = node.head == example.heads[at];
            let right = head && node.relation == gold;
            counts[gold as usize][2] += usize::from(right);
            if gold != Relation::Mark {
                all += 1;
                heads += usize::from(head);
                both += usize::from(right);
            }
        }
    }
    let share = |n: usize| 100.0 * n as f32 / all.max(1) as f32;
    eprintln!("EWT dev, {all} words without marks: head {:.2} %, head and relation {:.2} %", share(heads), share(both));
    for (relation, [gold, found, right]) in Relation::ALL.iter().zip(&counts) {
        let f1 = 200.0 * *right as f32 / (gold + found).max(1) as f32;
        eprintln!("  {:<16} {gold:>5} F1 {f1:.1}", format!("{relation:?}"));
    }
}
