"""Right and wrong answers to the exercises of `dlhelpers/checks/mnist_cnn.py`."""

import numpy as np


def error_rate(labels, scores):
    return np.mean(np.argmax(scores, axis=1) != labels)


def recall(confusion):
    return np.diag(confusion) / np.sum(confusion, axis=1)


RIGHT = {"mnist_cnn.error_rate": error_rate, "mnist_cnn.digit_recall": recall}
WRONG = {
    "mnist_cnn.error_rate": [
        (lambda labels, scores: np.mean(np.argmax(scores, axis=1) == labels), "This is the"),
        (lambda labels, scores: np.sum(np.argmax(scores, axis=1) != labels), "This counts the"),
        (lambda labels, scores: 100 * np.mean(np.argmax(scores, axis=1) != labels), "This is in"),
        (lambda labels, scores: np.mean(np.argmin(scores, axis=1) != labels), "The digit is"),
        (lambda labels, scores: np.mean(np.argmax(scores) != labels), "This looks for"),
        (
            lambda labels, scores: np.mean(np.argmax(scores, axis=0) != labels[: scores.shape[1]]),
            "Look for the",
        ),
        (
            lambda labels, scores: np.mean(np.abs(np.argmax(scores, axis=1) - labels)),
            "A misread picture",
        ),
        (lambda labels, scores: np.argmax(scores, axis=1) != labels, "The digit that"),
        (lambda labels, scores: 1 - np.max(scores, axis=1).mean(), "The digit that"),
        (
            lambda labels, scores: np.sum(np.argmax(scores, axis=1) != labels) / scores.shape[1],
            "Divide by the",
        ),
    ],
    "mnist_cnn.digit_recall": [
        (lambda confusion: np.diag(confusion) / np.sum(confusion, axis=0), "This divides by the"),
        (lambda confusion: np.diag(confusion) / np.sum(confusion), "This divides by all"),
        (lambda confusion: np.trace(confusion) / np.sum(confusion), "This is the accuracy"),
        (
            lambda confusion: 1 - np.diag(confusion) / np.sum(confusion, axis=1),
            "This is the fraction",
        ),
        (lambda confusion: np.diag(confusion), "This counts them;"),
        (lambda confusion: np.max(confusion, axis=1) / np.sum(confusion, axis=1), "In each row"),
        (
            lambda confusion: confusion / np.sum(confusion, axis=1, keepdims=True),
            "This gives every",
        ),
        (
            lambda confusion: np.diag(confusion) / (np.sum(confusion, axis=1) - np.diag(confusion)),
            "Divide the diagonal,",
        ),
    ],
}
