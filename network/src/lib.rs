//! The forward pass of the encoder: a small transformer (Vaswani et al., 2017) with 8-bit integer weights.
//!
//! [`Network::from_bytes`] reads a network, and [`Network::run`] scores one [`Window`] of a text. There is nothing else:
//! cutting a text into word pieces and windows, and reading the [`Scores`], is the task of the crate `sayso-extract`.
//!
//! # Example
//!
//! ```
//! use sayso_network::{Network, Window};
//!
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../extract/models/encoder.onnx");
//! let network = Network::from_bytes(&std::fs::read(file)?)?;
//!
//! // "hello world": the piece [CLS], a piece for each word, and the piece [SEP].
//! let window = Window { ids: vec![101, 7592, 2088, 102], features: vec![0, 1, 1, 0], firsts: vec![1, 2] };
//! let scores = network.run(&window)?;
//! let per_word = scores.tags.len() / 2;
//! let (first, second) = scores.tags.split_at(per_word);
//! assert_eq!(first.len(), second.len());
//! assert_eq!(network.run(&window)?, scores, "the same window always has the same scores");
//!
//! // A network says which input it cannot take.
//! let error = network.run(&Window { firsts: vec![4], ..window }).unwrap_err();
//! assert_eq!(error.to_string(), "the network was given a first piece of a word out of range (0 to 4)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The same scores everywhere
//!
//! A window has the same scores, bit for bit, on every processor whose floats follow IEEE 754:
//!
//! - Products of matrices are products of integers. They are exact, so it does not matter in which order the library
//!   `rten-gemm` adds them up. Weights are at most 64, so that no processor overflows (see `linear`).
//! - Everything else is computed in `vector`: floats are added in one order, however many a processor takes at once, a
//!   multiplication is never fused with an addition, and exponentials are polynomials of our own.
//! - A window goes through the network alone and on one thread, so its scores do not depend on its neighbours.
//!
//! # The forward pass
//!
//! The rows are vectors of one width, a row for each word piece.
//!
//! 1. `Embedding` adds the vectors of the piece, of its position and of its feature, and normalises the sum.
//! 2. Each `Layer` applies attention (`attention`) and two matrices with GELU between them (`linear`, `vector`). The input
//!    of each half is added to its output, and the sum is normalised. The last layer yields rows for the first pieces of
//!    words only, because nothing else is read.
//! 3. A matrix for each head turns the rows into [`Scores`].
//!
//! # The file
//!
//! `train/encoder/export.py` writes the network as an ONNX file. Only the weights and three attributes are read from it
//! (see `onnx`). The operations are the code of this crate, so a file with other operators is refused.

mod attention;
mod error;
mod linear;
mod onnx;
mod vector;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use attention::Attention;
pub use error::NetworkError;
use linear::{Linear, Rounded};
use onnx::Parts;
use vector::Norm;

/// A window of a text, as the network reads it: a piece of the text that is scored on its own.
///
/// `ids` and `features` are equally long. Both include the marks that the network expects at the start and the end of
/// a window (`[CLS]` and `[SEP]`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The word pieces, as line numbers of the vocabulary, counted from 0.
    pub ids: Vec<i32>,
    /// A feature of the word that each piece belongs to, such as its capitals, as a number below the count of features.
    pub features: Vec<i32>,
    /// Where the first piece of each word stands in `ids`. The scores have a row for each of these.
    pub firsts: Vec<i32>,
}

/// What the network says about the words of a window.
///
/// Each field is a table in row-major order, with a row for each entry of [`Window::firsts`]. So the length of a row is
/// the length of the table divided by the number of words. Scores are logits: any finite number, and the greater, the
/// more likely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// A column for each tag of cues, sources and contents.
    pub tags: Vec<f32>,
    /// A column for each tag of names.
    pub names: Vec<f32>,
    /// What links are scored by.
    pub links: Vec<f32>,
    /// Of values: act, polarity and addressee.
    pub values: Vec<f32>,
}

/// A network that is ready to run, on any number of threads at once.
///
/// It keeps one idle worker thread for each call that was ever under way at the same time.
pub struct Network {
    embedding: Embedding,
    /// At least one.
    layers: Vec<Layer>,
    /// Of tags, names, links and values.
    heads: [Linear; 4],
    /// Idle pools of one thread each. `rten-gemm` spreads its work over the rayon pool that it runs in. With a single
    /// thread there, a call takes one core, and it is the caller who decides how many cores are busy.
    pools: Mutex<Vec<Arc<ThreadPool>>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network").finish_non_exhaustive()
    }
}

impl Network {
    /// Reads a network from the bytes of an ONNX file that `train/encoder/export.py` wrote.
    ///
    /// The weights are copied and packed for this processor, so `bytes` can be dropped.
    ///
    /// # Errors
    ///
    /// If `bytes` are not an ONNX file; if operators, tensors or shapes differ from those of an encoder; if a weight is
    /// not finite; or if an integer weight is so great that processors without VNNI would overflow.
    ///
    /// ```
    /// let error = sayso_network::Network::from_bytes(b"").unwrap_err();
    /// assert!(error.to_string().starts_with("this is not an encoder network"));
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NetworkError> {
        let mut parts = Parts::read(bytes)?;
        let count = (0..).take_while(|layer| parts.has(&format!("layer{layer}.qkv.weight"))).count();
        parts.expect_operators(count)?;
        let epsilon = parts.attribute("LayerNormalization", "epsilon", |attribute| attribute.f)?;
        let heads = parts.attribute("Attention", "q_num_heads", |attribute| attribute.i)?;
        let scale = parts.attribute("Attention", "scale", |attribute| attribute.f)?;
        let embedding = Embedding::read(&mut parts, epsilon)?;
        let width = embedding.norm.width();
        let attention = Attention::new(width, heads, scale)?;
        let layers = (0..count).map(|layer| Layer::read(&mut parts, layer, &attention, epsilon));
        let layers = layers.collect::<Result<_, _>>()?;
        let read = |name: &str| Linear::read(&mut parts, name, width);
        let [tags, names, links, values] = ["tags", "names", "links", "values"].map(read);
        Ok(Self { embedding, layers, heads: [tags?, names?, links?, values?], pools: Mutex::default() })
    }

    /// Scores the words of a window.
    ///
    /// The time grows with the number of pieces; attention adds a part that grows with its square. Any number of threads
    /// may call this at once, and each call takes one core.
    ///
    /// # Errors
    ///
    /// If the network has no such piece or feature, if an entry of `firsts` is not the position of a piece, if there are
    /// more pieces than the network has positions for, or if no worker thread can be started.
    pub fn run(&self, window: &Window) -> Result<Scores, NetworkError> {
        let waiting = self.pools.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let pool = match waiting {
            Some(pool) => pool,
            None => {
                let pool = ThreadPoolBuilder::new().num_threads(1).build();
                Arc::new(pool.map_err(|error| NetworkError::new(format!("no thread to run the network on: {error}")))?)
            }
        };
        let found = pool.install(|| self.forward(window));
        self.pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        found
    }

    /// The forward pass, on the current thread.
    fn forward(&self, window: &Window) -> Result<Scores, NetworkError> {
        let firsts = indexes(&window.firsts, window.ids.len(), "first piece of a word")?;
        let mut rows = self.embedding.rows(window)?;
        for (at, layer) in self.layers.iter().enumerate() {
            // The last layer answers for the first pieces of words alone: nothing else is read from it.
            let asking = (at + 1 == self.layers.len()).then_some(firsts.as_slice());
            rows = layer.rows(rows, asking)?;
        }
        let rounded = Rounded::of(&rows, self.embedding.norm.width());
        let [tags, names, links, values] = self.heads.each_ref().map(|head| head.products(&rounded));
        Ok(Scores { tags: tags?, names: names?, links: links?, values: values? })
    }
}

/// Checks that numbers are indexes below `bound`. `what` names one of them in the error.
fn indexes(numbers: &[i32], bound: usize, what: &str) -> Result<Vec<usize>, NetworkError> {
    let index = |&number: &i32| usize::try_from(number).ok().filter(|&index| index < bound);
    let fault = || NetworkError::new(format!("the network was given a {what} out of range (0 to {bound})"));
    numbers.iter().map(index).collect::<Option<_>>().ok_or_else(fault)
}

/// The rows of a table that `indexes` name, in their order. A row has `width` numbers.
fn gathered(table: &[f32], width: usize, indexes: &[usize]) -> Vec<f32> {
    indexes.iter().flat_map(|&index| &table[index * width..(index + 1) * width]).copied().collect()
}

/// The tables that turn pieces, their positions and their features into rows.
struct Embedding {
    /// A row for each piece, as integers.
    words: Vec<i8>,
    /// The factor of each of these rows.
    scales: Vec<f32>,
    /// A row for each position in a window; their number is the longest window.
    places: Vec<f32>,
    /// A row for each feature.
    shapes: Vec<f32>,
    /// Applied to the sum of the three.
    norm: Norm,
}

impl Embedding {
    /// Takes the tables from the file. Fails if their widths differ.
    fn read(parts: &mut Parts, epsilon: f32) -> Result<Self, NetworkError> {
        let norm = Norm::read(parts, "norm", epsilon)?;
        let width = norm.width();
        let ([_, wide], words) = parts.bytes("words.weight")?;
        let ([_, one], scales) = parts.floats("words.scales")?;
        let ([_, places_wide], places) = parts.floats("places.weight")?;
        let ([_, shapes_wide], shapes) = parts.floats("shapes.weight")?;
        if [wide, places_wide, shapes_wide, one] != [width, width, width, 1] || words.len() != scales.len() * width {
            return Err(NetworkError::new("the tables of words, places and shapes do not fit together"));
        }
        Ok(Self { words, scales, places, shapes, norm })
    }

    /// The rows that enter the first layer. Fails for pieces, features or lengths that the tables do not have.
    fn rows(&self, window: &Window) -> Result<Vec<f32>, NetworkError> {
        let width = self.norm.width();
        let ids = indexes(&window.ids, self.scales.len(), "piece")?;
        let features = indexes(&window.features, self.shapes.len() / width, "feature")?;
        if features.len() != ids.len() || ids.len() * width > self.places.len() {
            let places = self.places.len() / width;
            return Err(NetworkError::new(format!(
                "a window of {} pieces and {} features, where both are as many and at most {places}",
                ids.len(),
                features.len()
            )));
        }
        let mut rows = self.places[..ids.len() * width].to_vec();
        for ((row, id), feature) in rows.chunks_exact_mut(width).zip(ids).zip(features) {
            let (words, shapes) = (&self.words[id * width..][..width], &self.shapes[feature * width..][..width]);
            for ((value, word), shape) in row.iter_mut().zip(words).zip(shapes) {
                *value = f32::from(*word) * self.scales[id] + *value + shape;
            }
        }
        self.norm.apply(&mut rows);
        Ok(rows)
    }
}

/// A layer of the transformer. Its first half lets pieces see each other, its second half works on each row alone. The
/// input of a half is added to its output (a residual connection), and the sum is normalised.
struct Layer {
    attention: Attention,
    /// From a row to its query, key and value, side by side.
    qkv: Linear,
    /// From what the heads of attention saw back to a row.
    out: Linear,
    /// Ends the first half.
    norm1: Norm,
    /// Into the wider space in which GELU is applied.
    up: Linear,
    /// And back.
    down: Linear,
    /// Ends the second half.
    norm2: Norm,
}

impl Layer {
    /// Takes the layer with this number, from 0, from the file. Fails if its parts have other shapes than `attention` asks.
    fn read(parts: &mut Parts, layer: usize, attention: &Attention, epsilon: f32) -> Result<Self, NetworkError> {
        let name = |part: &str| format!("layer{layer}.{part}");
        let (norm1, norm2) = (Norm::read(parts, &name("norm1"), epsilon)?, Norm::read(parts, &name("norm2"), epsilon)?);
        let width = attention.width();
        let qkv = Linear::read(parts, &name("qkv"), width)?;
        let out = Linear::read(parts, &name("out"), width)?;
        let up = Linear::read(parts, &name("up"), width)?;
        let down = Linear::read(parts, &name("down"), up.outputs())?;
        let found = [norm1.width(), norm2.width(), qkv.outputs(), out.outputs(), down.outputs()];
        if found != [width, width, 3 * width, width, width] || !up.outputs().is_multiple_of(vector::STEP) {
            return Err(NetworkError::new(format!("the parts of layer {layer} do not fit together")));
        }
        Ok(Self { attention: attention.clone(), qkv, out, norm1, up, down, norm2 })
    }

    /// The rows after this layer: of all pieces, or only of those at the positions `asking`. Those see all pieces, too.
    fn rows(&self, rows: Vec<f32>, asking: Option<&[usize]>) -> Result<Vec<f32>, NetworkError> {
        let qkv = self.qkv.apply(&rows)?;
        let seen = self.attention.apply(&qkv, asking);
        let mut rows = match asking {
            Some(firsts) => gathered(&rows, self.attention.width(), firsts),
            None => rows,
        };
        add(&mut rows, &self.out.apply(&seen)?);
        self.norm1.apply(&mut rows);
        let mut inner = self.up.apply(&rows)?;
        vector::gelu(&mut inner);
        add(&mut rows, &self.down.apply(&inner)?);
        self.norm2.apply(&mut rows);
        Ok(rows)
    }
}

/// Adds `more` to `sums`, number by number.
fn add(sums: &mut [f32], more: &[f32]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
