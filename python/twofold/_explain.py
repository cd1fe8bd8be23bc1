# SPDX-License-Identifier: BSD-3-Clause
"""Why a method is chosen, and what it is chosen by."""

import numpy as np

from twofold import _twofold


def explain(in1, in2, mode="full", boundary="fill", fillvalue=0, *, operation="convolve",
            dtype=None, method="auto", threads=1, accuracy="normwise"):
    """Which method `convolve2d` or `correlate2d` would use, and why; nothing is computed.

    Parameters
    ----------
    in1, in2 : array_like, 2-D, or (rows, cols)
        Instead of a kernel its shape will do; it is then taken for one without structure: of full
        rank, without zeros and symmetries.
    operation : {'convolve', 'correlate'}
    dtype : optional
        Of what is given as a shape; float64 unless given.
    mode, boundary, fillvalue, method, threads, accuracy
        As `convolve2d` has them.

    Returns
    -------
    Decision
        As text it is a table.

    Raises
    ------
    ValueError
        An operand has no elements or not two dimensions, or an option is none; a dtype that twofold
        has no plan for, such as that of long double.
    TypeError
        An option has another type.

    Examples
    --------
    >>> import twofold
    >>> twofold.explain((512, 512), (3, 3), mode='same').method
    'direct'
    >>> print(twofold.explain((512, 512), (3, 3), mode='same'))  # doctest: +ELLIPSIS
      method          predicted    workspace
    > direct ...
    """
    dtype = np.dtype(np.float64 if dtype is None else dtype)
    image, kernel = in1, in2
    sides = [_shape_of(name, given) for name, given in (("in1", in1), ("in2", in2))]
    if mode == "valid" and sides[0] != sides[1] and all(a <= b for a, b in zip(*sides)):
        image, kernel = kernel, image
        sides.reverse()
    image_dtype = dtype if _is_shape(image) else np.asarray(image).dtype
    plan = _twofold.Plan(operation, sides[0], _values(kernel, dtype), mode, boundary, fillvalue,
                         dtype=image_dtype, method=method, threads=threads, accuracy=accuracy)
    return plan.decision


def _is_shape(given):
    return isinstance(given, tuple) and len(given) == 2 and all(np.ndim(side) == 0 for side in given)


def _shape_of(name, given):
    shape = given if _is_shape(given) else np.shape(given)
    if len(shape) != 2:
        raise ValueError(f"{name}: {len(shape)}-D; expected a 2-D array, or (rows, cols)")
    return shape


def _values(given, dtype):
    """Numbers without structure, where only a shape is given."""
    if not _is_shape(given):
        return np.asarray(given)
    return np.random.default_rng(1).integers(1, 100, given).astype(dtype)


def tune(quick=True, path=None, *, progress=None):
    """Measure what the engines cost on this machine; return the text of a profile.

    One at a time in a process: RuntimeError while another thread measures, and from `load_profile`
    meanwhile.

    Parameters
    ----------
    quick : bool
        About ten seconds; otherwise up to three minutes. The machine should have nothing else to
        do.
    path : path-like, optional
        Where to keep the profile; what is there stays until all is measured. It is then used from
        now on in this process, and wherever the environment variable TWOFOLD_PROFILE names it.
        Without a path, what is in use stays in use.
    progress : callable, optional
        Called now and then with the part of the work that is done, 0 to 1, and with what is next.
    """
    if path is None:
        return _twofold.measure(quick, progress)
    with open(path, "a", encoding="utf-8") as file:  # what cannot be written fails before the work
        profile = _twofold.measure(quick, progress)
        file.truncate(0)
        file.write(profile)
    _twofold.load_profile(path)
    return profile
