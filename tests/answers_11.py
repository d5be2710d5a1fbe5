"""Right and wrong answers to the exercises of 11_mnist_cnn."""

import numpy as np


def error_rate(labels, scores):
    return np.mean(np.argmax(scores, axis=1) != labels)


def recall(confusion):
    return np.diag(confusion) / np.sum(confusion, axis=1)


RIGHT = {"11.error_rate": error_rate, "11.recall": recall}
WRONG = {
    "11.error_rate": [
        lambda labels, scores: np.mean(np.argmax(scores, axis=1) == labels),  # accuracy
        lambda labels, scores: np.sum(np.argmax(scores, axis=1) != labels),  # how many
        lambda labels, scores: 100 * np.mean(np.argmax(scores, axis=1) != labels),  # per cent
        lambda labels, scores: np.mean(np.argmin(scores, axis=1) != labels),
        lambda labels, scores: np.mean(np.argmax(scores) != labels),  # axis forgotten
        lambda labels, scores: np.mean(np.argmax(scores, axis=0) != labels[: scores.shape[1]]),
        lambda labels, scores: np.mean(np.abs(np.argmax(scores, axis=1) - labels)),
        lambda labels, scores: np.argmax(scores, axis=1) != labels,  # mean forgotten
        lambda labels, scores: 1 - np.max(scores, axis=1).mean(),
    ],
    "11.recall": [
        lambda confusion: np.diag(confusion) / np.sum(confusion, axis=0),  # precision
        lambda confusion: np.diag(confusion) / np.sum(confusion),
        lambda confusion: np.trace(confusion) / np.sum(confusion),  # accuracy
        lambda confusion: 1 - np.diag(confusion) / np.sum(confusion, axis=1),
        lambda confusion: np.diag(confusion),
        lambda confusion: np.max(confusion, axis=1) / np.sum(confusion, axis=1),
        lambda confusion: confusion / np.sum(confusion, axis=1, keepdims=True),
        lambda confusion: np.diag(confusion) / (np.sum(confusion, axis=1) - np.diag(confusion)),
    ],
}
