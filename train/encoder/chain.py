"""Linear-chain CRFs (Lafferty et al., 2001) over labels O, B, I, B, I, …; an I follows its own B or I.

Sums over labellings are products of matrices. Neighbours are multiplied in parallel, which takes log2(words) steps
instead of one for each word.
"""

import torch
from torch import nn

NEVER = -1e4


class Crf(nn.Module):
    def __init__(self, labels):
        super().__init__()
        self.moves = nn.Parameter(torch.zeros(labels, labels))
        self.begin = nn.Parameter(torch.zeros(labels))
        legal = torch.ones(labels, labels, dtype=torch.bool)
        for inside in range(2, labels, 2):
            legal[:, inside] = False
            legal[inside - 1, inside] = legal[inside, inside] = True
        self.register_buffer("legal", legal)

    def transitions(self):
        return self.moves.masked_fill(~self.legal, NEVER)

    def loss(self, scores, allowed, lengths):
        """Negative log-likelihood that every label is an allowed one, summed over texts."""
        both = torch.cat([scores, scores.masked_fill(~allowed, NEVER)])
        z = log_partition(both, torch.cat([lengths, lengths]), self.begin, self.transitions())
        return (z[: len(lengths)] - z[len(lengths) :]).sum()

    def expected(self, scores, lengths):
        """Expected counts over all labellings: of each label at each word, at the beginning, and behind another."""
        with torch.enable_grad():
            parts = [x.detach().requires_grad_() for x in (scores, self.begin, self.transitions())]
            z = log_partition(parts[0], lengths, *parts[1:])
            return torch.autograd.grad(z.sum(), parts)

    def cross_entropy(self, scores, lengths, expected):
        """Cross-entropy between the labellings of another chain and those of this one, summed over texts."""
        labels, begins, moves = expected
        z = log_partition(scores, lengths, self.begin, self.transitions())
        own = (labels * scores).sum() + (begins * self.begin).sum() + (moves * self.transitions()).sum()
        return z.sum() - own

    @torch.no_grad()
    def best(self, scores, lengths):
        """The best labels of each text, as arrays."""
        moves = self.transitions()
        alpha = scores[:, 0] + self.begin.masked_fill(~self.legal[0], NEVER)
        back = []
        for t in range(1, scores.shape[1]):
            best, before = (alpha[:, :, None] + moves).max(1)
            alive = (t < lengths)[:, None]
            # Behind the end, every label follows itself.
            own = torch.arange(scores.shape[2], device=scores.device).expand_as(before)
            back.append(torch.where(alive, before, own))
            alpha = torch.where(alive, best + scores[:, t], alpha)
        labels = [alpha.argmax(1)]
        for before in reversed(back):
            labels.append(before.gather(1, labels[-1][:, None])[:, 0])
        labels = torch.stack(labels[::-1], 1).cpu().numpy()
        return [row[:n] for row, n in zip(labels, lengths.tolist(), strict=False)]


def log_partition(scores, lengths, begin, moves):
    """Log partition function of each text: scores are (texts, words, labels)."""
    scores, begin, moves = scores.double(), begin.double(), moves.double()
    steps = scores[:, 1:, None, :] + moves
    within = torch.arange(1, scores.shape[1], device=scores.device) < lengths[:, None]
    # The greatest weight of each matrix is divided out, so that nothing overflows.
    most = steps.detach().amax((-1, -2))
    matrices = (steps - most[..., None, None]).exp()
    matrices = torch.where(
        within[..., None, None], matrices, torch.eye(len(begin), dtype=matrices.dtype, device=scores.device)
    )
    logs = torch.where(within, most, 0).sum(1)
    while matrices.shape[1] > 1:
        if matrices.shape[1] % 2:
            one = torch.eye(len(begin), dtype=matrices.dtype, device=scores.device).expand(len(scores), 1, -1, -1)
            matrices = torch.cat([matrices, one], 1)
        matrices = matrices[:, 0::2] @ matrices[:, 1::2]
        most = matrices.detach().amax((-1, -2)).clamp(min=1e-200)
        matrices = matrices / most[..., None, None]
        logs = logs + most.log().sum(1)
    start = scores[:, 0] + begin
    most = start.detach().amax(1)
    weights = (start - most[:, None]).exp()
    if matrices.shape[1]:
        weights = (weights[:, None, :] @ matrices[:, 0])[:, 0]
    return logs + most + weights.sum(1).clamp(min=1e-200).log()
