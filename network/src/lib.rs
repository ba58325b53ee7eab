//! Runs the network of the encoder: a small transformer (Vaswani et al., 2017) whose matrices are 8-bit integers.
//!
//! The same window gives the same scores, bit for bit, on every processor whose floats follow IEEE 754. Products of
//! integers are exact, so a library may add them up as it likes. All else is done here: `vector` multiplies and adds in
//! one order, however many floats a processor takes at once, and never fuses the two, and takes no function from a
//! platform's library.
//!
//! The network is an ONNX file that `train/encoder/export.py` writes. Its weights are read from there; what is done with
//! them is written down here, and a file with other operators is refused.

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

/// A window as the network reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The pieces as numbers of the vocabulary, with the marks at begin and end.
    pub ids: Vec<i32>,
    /// A number for each piece: that of its word.
    pub features: Vec<i32>,
    /// The first piece of each word, counted from the mark at the begin.
    pub firsts: Vec<i32>,
}

/// What the network says of the words of a window, a row of scores a word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Of tags.
    pub tags: Vec<f32>,
    /// Of names.
    pub names: Vec<f32>,
    /// What links are scored by.
    pub links: Vec<f32>,
}

/// The network, ready to run on any number of threads at once.
pub struct Network {
    embedding: Embedding,
    layers: Vec<Layer>,
    /// Of tags, names and links.
    heads: [Linear; 3],
    /// Pools of one thread that wait for work. The library of integer products asks rayon for threads, and gets one: so
    /// callers share the cores among themselves.
    pools: Mutex<Vec<Arc<ThreadPool>>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network").finish_non_exhaustive()
    }
}

impl Network {
    /// Reads the network, an ONNX file as `train/encoder/export.py` writes it. Fails when it is none, has other
    /// operators, other shapes, weights that are no finite numbers, or integers that processors without VNNI cut off.
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
        let [tags, names, links] = ["tags", "names", "links"].map(|name| Linear::read(&mut parts, name, width));
        Ok(Self { embedding, layers, heads: [tags?, names?, links?], pools: Mutex::default() })
    }

    /// The scores of a window's words. Fails when the network knows no such piece or feature, when there are more pieces
    /// than it has places for, or when no thread can be started.
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

    fn forward(&self, window: &Window) -> Result<Scores, NetworkError> {
        let firsts = indexes(&window.firsts, window.ids.len(), "first piece of a word")?;
        let mut rows = self.embedding.rows(window)?;
        for (at, layer) in self.layers.iter().enumerate() {
            // The last layer answers for the first pieces of words alone: nothing else is read from it.
            let asking = (at + 1 == self.layers.len()).then_some(firsts.as_slice());
            rows = layer.rows(rows, asking)?;
        }
        let rounded = Rounded::of(&rows, self.embedding.norm.width());
        let [tags, names, links] = self.heads.each_ref().map(|head| head.products(&rounded));
        Ok(Scores { tags: tags?, names: names?, links: links? })
    }
}

/// Indexes below a bound.
fn indexes(numbers: &[i32], bound: usize, what: &str) -> Result<Vec<usize>, NetworkError> {
    let index = |&number: &i32| usize::try_from(number).ok().filter(|&index| index < bound);
    let fault = || NetworkError::new(format!("the network was given a {what} out of range (0 to {bound})"));
    numbers.iter().map(index).collect::<Option<_>>().ok_or_else(fault)
}

/// Rows of a table, by index.
fn gathered(table: &[f32], width: usize, indexes: &[usize]) -> Vec<f32> {
    indexes.iter().flat_map(|&index| &table[index * width..(index + 1) * width]).copied().collect()
}

/// What pieces, places and features of words begin with.
struct Embedding {
    /// A row of bytes a piece.
    words: Vec<i8>,
    /// What the row of a piece is multiplied by.
    scales: Vec<f32>,
    places: Vec<f32>,
    shapes: Vec<f32>,
    norm: Norm,
}

impl Embedding {
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

/// A layer: attention and two matrices, each with a way around it.
struct Layer {
    attention: Attention,
    qkv: Linear,
    out: Linear,
    norm1: Norm,
    up: Linear,
    down: Linear,
    norm2: Norm,
}

impl Layer {
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

    /// The rows after this layer, of those that ask or of all.
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

fn add(sums: &mut [f32], more: &[f32]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
