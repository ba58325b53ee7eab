//! Runs the network of the encoder.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};

use crate::model::ModelError;

/// What the network reads, in this order: the pieces and their features, and the first piece of each word.
const INPUTS: [&str; 3] = ["ids", "features", "firsts"];
/// What it yields, in this order: a row for each word.
const OUTPUTS: [&str; 3] = ["tags", "names", "links"];

/// A window as the network reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    /// The pieces, with the marks at begin and end.
    pub(crate) ids: Vec<i32>,
    /// A number for each piece: that of its word.
    pub(crate) features: Vec<i32>,
    /// The first piece of each word.
    pub(crate) firsts: Vec<i32>,
}

/// The network, ready to run on any number of threads at once.
pub(crate) struct Network {
    model: Model,
    inputs: [NodeId; 3],
    outputs: [NodeId; 3],
    /// Pools of one thread that wait for work. A window runs on one thread, so that callers share the cores among
    /// themselves, and what comes out does not depend on how many there are.
    pools: Mutex<Vec<Arc<ThreadPool>>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network").finish_non_exhaustive()
    }
}

impl Network {
    /// Reads the network, an ONNX file.
    pub(crate) fn from_bytes(bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        let fault = |error: &dyn fmt::Display| ModelError::new(format!("this is no network of an encoder: {error}"));
        let options = ModelOptions::with_all_ops();
        let model = match bytes {
            Cow::Borrowed(bytes) => options.load_static_slice(bytes),
            Cow::Owned(bytes) => options.load(bytes),
        };
        let model = model.map_err(|error| fault(&error))?;
        let node = |name: &str| model.node_id(name).map_err(|error| fault(&error));
        let [a, b, c] = INPUTS.map(node);
        let [d, e, f] = OUTPUTS.map(node);
        let (inputs, outputs) = ([a?, b?, c?], [d?, e?, f?]);
        Ok(Self { model, inputs, outputs, pools: Mutex::default() })
    }

    /// The scores of a window's words: tags, names and links, each a row a word.
    pub(crate) fn run(&self, window: Input) -> Result<[Vec<f32>; 3], ModelError> {
        let pool = self.take();
        let found = self.run_on(&pool, window);
        self.pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        found
    }

    fn take(&self) -> Arc<ThreadPool> {
        let waiting = self.pools.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)))
    }

    fn run_on(&self, pool: &Arc<ThreadPool>, window: Input) -> Result<[Vec<f32>; 3], ModelError> {
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let fault = |error: &dyn fmt::Display| ModelError::new(format!("the network did not run: {error}"));
        let mut inputs: Vec<(NodeId, ValueOrView<'_>)> = Vec::with_capacity(3);
        for (&node, values) in self.inputs.iter().zip([window.ids, window.features, window.firsts]) {
            let value = Value::from_shape([values.len()], values).map_err(|error| fault(&error))?;
            inputs.push((node, value.into()));
        }
        let found = self.model.run_n(inputs, self.outputs, Some(options)).map_err(|error| fault(&error))?;
        let [a, b, c] = found.map(|value| match value.into_shape_vec::<f32, 2>() {
            Ok((_, scores)) => Ok(scores),
            Err(error) => Err(fault(&error)),
        });
        Ok([a?, b?, c?])
    }
}
