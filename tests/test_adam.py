"""Adam, beside the algorithm of its paper in float64, number by number."""

import numpy as np

from wordrel.adam import Adam


def test_steps_are_those_of_the_paper():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(3, 4)).astype(np.float32)
    gradients = rng.normal(size=(5, 3, 4))
    adam = Adam(start.copy())
    expected, mean, square = start.astype(np.float64), np.zeros((3, 4)), np.zeros((3, 4))
    for t, gradient in enumerate(gradients, 1):
        adam.step(gradient.astype(np.float32), 0.1 / t)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        expected -= 0.1 / t * (mean / (1 - 0.9**t)) / np.sqrt(square / (1 - 0.99**t))
    np.testing.assert_allclose(adam.values, expected, atol=1e-5)


def test_a_direction_without_a_gradient_stays():
    adam = Adam(np.ones(2, dtype=np.float32))
    adam.step(np.array([0, 3], dtype=np.float32), 0.5)
    np.testing.assert_allclose(adam.values, [1, 0.5], rtol=1e-6)
