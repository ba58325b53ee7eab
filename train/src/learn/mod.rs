//! Fits linear models over hashed features: logistic, softmax, ranking and linear-chain CRF.
//!
//! All are fitted by stochastic gradient descent with AdaGrad's step size for each weight (Duchi et al., 2011), in an
//! order drawn from a fixed seed, on one thread. So the same data yield the same bytes.

mod chain;
mod embed;
mod logistic;
mod partial;
mod ranking;
mod shuffle;
mod table;

pub use chain::{Chain, ChainExample};
pub use embed::{Contexts, group};
pub use logistic::{Logistic, LogisticExample, Softmax, normalize};
pub use partial::{PartialChain, PartialExample};
pub use ranking::{Choice, Ranking};
pub use shuffle::Shuffle;
pub use table::{Mean, Settings, Table};
