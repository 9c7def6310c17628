"""The engine's kernels at machine speed: ``readable``, function by function, for numba.

Read ``readable`` first: it says what each function means. What differs here is only how:

* every loop runs over memory in order and holds the GIL no longer than it takes to begin, so
  several threads search at once;
* bits are counted by the processor's own instruction, eight words at a time where it can;
* memory to work in (``Desk``) is reused by the next query: to ask the system for as much
  costs more than to fill it;
* what lies scattered in memory is asked for before it is needed, many places at a time;
* the n smallest of many distances are found by counting: distances are small whole numbers.

Compiling takes seconds, once per machine; the result is kept beside this file, or in the
user's cache where that can't be written. So that it is done once for all, rows come as bytes:
what is as long as its query in float32 is float32, what is half as long is float16.
"""

from functools import cached_property

import numpy as np
from llvmlite import ir
from numba import njit, typeof, types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.experimental import structref
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from ...index.families.structured import FULL_WEIGHT, HEAVIEST, LANES, PLANES
from . import readable
from .structures import AT_ONCE, TILE, CellReach

WORD = 64
FLOAT = 4  # bytes of a float32
LINE = 64  # bytes that the memory hands over at once
FETCHED = 1_024  # bytes of a row that are asked for; what follows them comes by itself
STEPS = np.array(readable.STEPS, np.float32)
LAST = np.int64(readable.LAST)  # the largest distance of two sketches
FAR = np.uint64(int(LAST) * 0x0101010101010101)  # eight of them
FIRST_PROBES = 4  # whose keys are made before it is known whether more are needed
NONE, ONE = np.int64(0), np.int64(1)  # numba compiles anew for a number that stands in the text
EVERY_BYTE = np.uint64(0x0101010101010101)


@intrinsic
def _ones(typing, word):
    """Count the bits of a word that are 1, in one instruction."""

    def generate(context, builder, signature, arguments):
        count = builder.module.declare_intrinsic("llvm.ctpop", [arguments[0].type])
        return builder.call(count, arguments)

    return types.uint64(types.uint64), generate


@intrinsic
def _lowest(typing, word):
    """The place of the lowest bit of a word that is 1; there is one."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


class _Blocks:
    """Writes what is done to AT_ONCE words side by side, as wide as the processor can.

    Left to itself, the compiler sees loops that are too short for that.
    """

    word = ir.IntType(64)
    words = ir.VectorType(word, AT_ONCE)

    def __init__(self, context, builder, signature, arguments):
        self.builder = builder
        self.arrays = [
            context.make_array(kind)(context, builder, argument) if hasattr(kind, "ndim") else None
            for kind, argument in zip(signature.args, arguments, strict=True)
        ]

    def place(self, array, row, column):
        """The address of an item of a matrix, given its number among the arguments."""
        array, builder = self.arrays[array], self.builder
        before = builder.mul(builder.extract_value(array.shape, 1), row)
        return builder.gep(array.data, [builder.add(before, column)])

    def load(self, place):
        block = self.builder.bitcast(place, self.words.as_pointer())
        return self.builder.load(block, align=8)

    def spread(self, number):
        """A block of one number."""
        one = self.builder.insert_element(self.words(ir.Undefined), number, ir.IntType(32)(0))
        every = ir.Constant(ir.VectorType(ir.IntType(32), AT_ONCE), None)
        return self.builder.shuffle_vector(one, one, every)

    def call(self, name, result, *arguments):
        kind = ir.FunctionType(result, [self.words] * len(arguments))
        name = f"llvm.{name}.v{AT_ONCE}i64"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def weigh(self, differs, planes):
        """The sum of the weights of the bits that are 1, from the plane of ones on."""
        builder, total = self.builder, self.words(None)
        for plane, weights in enumerate(planes):
            count = self.call("ctpop", self.words, builder.and_(differs, weights))
            total = builder.add(total, builder.shl(count, self.words([plane] * AT_ONCE)))
        return total


@intrinsic
def _apart_in_block(typing, query, at, codes, i):
    """``_apart`` of AT_ONCE words, from ``at`` on, of a query and of code i."""

    def generate(context, builder, signature, arguments):
        blocks = _Blocks(context, builder, signature, arguments)
        _, at, _, i = arguments
        sides, *planes, shifts = (
            blocks.load(blocks.place(0, at.type(row), at)) for row in range(2 + PLANES)
        )
        differs = builder.xor(sides, blocks.load(blocks.place(2, i, at)))
        shifted = builder.shl(blocks.weigh(differs, planes), shifts)
        return blocks.call("vector.reduce.add", blocks.word, shifted)

    return types.uint64(query, types.intp, codes, types.intp), generate


@intrinsic
def _eight_distances(typing, query, sketches, n_words, first, shift):
    """Distances of eight sketches from the first on, a byte each, in a word."""

    def generate(context, builder, signature, arguments):
        blocks = _Blocks(context, builder, signature, arguments)
        _, _, n_words, first, shift = arguments
        total = cgutils.alloca_once_value(builder, blocks.words(None))
        with cgutils.for_range(builder, n_words) as loop:
            side, *planes = (
                blocks.spread(builder.load(blocks.place(0, first.type(row), loop.index)))
                for row in range(1 + PLANES)
            )
            differs = builder.xor(side, blocks.load(blocks.place(1, loop.index, first)))
            weighed = blocks.weigh(differs, planes)
            builder.store(builder.add(builder.load(total), weighed), total)
        coarse = builder.lshr(builder.load(total), blocks.spread(shift))
        capped = blocks.call("umin", blocks.words, coarse, blocks.words([int(LAST)] * AT_ONCE))
        as_bytes = builder.trunc(capped, ir.VectorType(ir.IntType(8), AT_ONCE))
        return builder.bitcast(as_bytes, blocks.word)

    return types.uint64(query, sketches, types.intp, types.intp, types.uint64), generate


@intrinsic
def _near_bytes(typing, words, at, last):
    """A bit for each of the WORD bytes from word ``at`` on: whether it is at most the last."""

    def generate(context, builder, signature, arguments):
        words = context.make_array(signature.args[0])(context, builder, arguments[0])
        block = ir.VectorType(ir.IntType(8), WORD)
        place = builder.gep(words.data, [arguments[1]])
        distances = builder.load(builder.bitcast(place, block.as_pointer()), align=8)
        one = builder.insert_element(block(ir.Undefined), arguments[2], ir.IntType(32)(0))
        every = ir.Constant(ir.VectorType(ir.IntType(32), WORD), None)
        most = builder.shuffle_vector(one, one, every)
        return builder.bitcast(builder.icmp_unsigned("<=", distances, most), ir.IntType(64))

    return types.uint64(words, types.intp, types.uint8), generate


@intrinsic
def _tile_products(typing, point, tiles, tile, products):
    """Write the products of a point and a tile of centres, all of whole numbers of 16 bits.

    Two products side by side are added at once: the processor has an instruction for that.
    """

    def generate(context, builder, signature, arguments):
        point, tiles, _, products = (
            context.make_array(kind)(context, builder, argument) if hasattr(kind, "ndim") else None
            for kind, argument in zip(signature.args, arguments, strict=True)
        )
        block, wide, sums, floats = (
            ir.VectorType(kind, n)
            for kind, n in (
                (ir.IntType(16), 2 * LANES),
                (ir.IntType(32), 2 * LANES),
                (ir.IntType(32), LANES),
                (ir.FloatType(), LANES),
            )
        )
        which = [ir.Constant(sums, list(range(first, 2 * LANES, 2))) for first in (0, 1)]
        n_pairs = builder.extract_value(tiles.shape, 1)
        number = n_pairs.type
        before = builder.mul(arguments[2], n_pairs)
        parts = range(TILE // LANES)
        totals = [cgutils.alloca_once_value(builder, sums(None)) for _ in parts]
        with cgutils.for_range(builder, n_pairs) as loop:
            place = builder.gep(point.data, [builder.mul(loop.index, number(2))])
            pair = builder.load(builder.bitcast(place, sums.element.as_pointer()), align=2)
            one = builder.insert_element(sums(ir.Undefined), pair, ir.IntType(32)(0))
            every = builder.bitcast(builder.shuffle_vector(one, one, sums(None)), block)
            first = builder.mul(builder.add(before, loop.index), number(2 * TILE))
            for part in parts:
                place = builder.gep(tiles.data, [builder.add(first, number(2 * LANES * part))])
                pairs = builder.load(builder.bitcast(place, block.as_pointer()), align=2)
                both = builder.mul(builder.sext(every, wide), builder.sext(pairs, wide))
                added = builder.add(*(builder.shuffle_vector(both, both, it) for it in which))
                builder.store(builder.add(builder.load(totals[part]), added), totals[part])
        for part in parts:
            at = builder.add(builder.mul(arguments[2], number(TILE)), number(LANES * part))
            place = builder.bitcast(builder.gep(products.data, [at]), floats.as_pointer())
            builder.store(builder.sitofp(builder.load(totals[part]), floats), place, align=FLOAT)
        return context.get_dummy_value()

    return types.void(point, tiles, types.intp, products), generate


class _Rows:
    """Writes what is done to rows of LANES float32 that all stay in the processor's registers.

    To fetch a row and put it back takes longer than a sum, so several sums are made in between.
    """

    row = ir.VectorType(ir.FloatType(), LANES)

    def __init__(self, context, builder, signature, arguments):
        self.context, self.builder = context, builder
        self.given = list(zip(signature.args, arguments, strict=True))

    def places(self, array, first, apart, n):
        """The addresses of n rows of an array, which is given by its number as an argument."""
        kind, array = self.given[array]
        data = self.context.make_array(kind)(self.context, self.builder, array).data
        data = self.builder.bitcast(data, self.row.as_pointer())
        numbers = (self.builder.mul(apart, apart.type(j)) for j in range(n))
        return [self.builder.gep(data, [self.builder.add(first, number)]) for number in numbers]

    def load(self, places):
        return [self.builder.load(place, align=FLOAT) for place in places]

    def store(self, rows, places):
        for row, place in zip(rows, places, strict=True):
            self.builder.store(row, place, align=FLOAT)

    def add(self, rows):
        """Put sums and differences in place of rows, of neighbours first: butterflies."""
        h = 1
        while h < len(rows):
            for j in range(len(rows)):
                if not j & h:
                    a, b = rows[j], rows[j + h]
                    rows[j], rows[j + h] = self.builder.fadd(a, b), self.builder.fsub(a, b)
            h *= 2

    def turn(self, rows):
        """Make columns of LANES rows: exchange the two halves of rows, then quarters, and so on."""
        lanes = range(LANES)
        part = LANES // 2
        while part:
            to_a = [it if not it & part else LANES + it - part for it in lanes]
            to_b = [it + part if not it & part else LANES + it for it in lanes]
            masks = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), to) for to in (to_a, to_b)]
            for j in lanes:
                if not j & part:
                    both = rows[j], rows[j + part]
                    rows[j], rows[j + part] = (
                        self.builder.shuffle_vector(*both, mask) for mask in masks
                    )
            part //= 2


@intrinsic
def _flip_and_add(typing, x, i, signs, first):
    """Multiply LANES rows of x, from i on, by those of signs from the first on; ``add`` them."""

    def generate(context, builder, signature, arguments):
        _, i, _, first = arguments
        rows = _Rows(context, builder, signature, arguments)
        places = rows.places(0, i, i.type(1), LANES)
        signs = rows.load(rows.places(2, first, i.type(1), LANES))
        flipped = [builder.fmul(*both) for both in zip(rows.load(places), signs, strict=True)]
        rows.add(flipped)
        rows.store(flipped, places)
        return context.get_dummy_value()

    return types.void(x, types.intp, signs, types.intp), generate


@intrinsic
def _add_apart(typing, x, i, apart, n):
    """``add`` n rows of x, from i on, that far apart; n is a power of two from 2 to LANES."""

    def generate(context, builder, signature, arguments):
        _, i, apart, n = arguments
        rows = _Rows(context, builder, signature, arguments)
        known = 2
        while known <= LANES:  # how many there are must be known when this is compiled
            with builder.if_then(builder.icmp_signed("==", n, n.type(known))):
                places = rows.places(0, i, apart, known)
                added = rows.load(places)
                rows.add(added)
                rows.store(added, places)
            known *= 2
        return context.get_dummy_value()

    return types.void(x, types.intp, types.intp, types.intp), generate


@intrinsic
def _turn_and_add(typing, x, i, y, first, apart):
    """``add`` the columns of LANES rows of x, from i on; write them into y, that far apart."""

    def generate(context, builder, signature, arguments):
        _, i, _, first, apart = arguments
        rows = _Rows(context, builder, signature, arguments)
        turned = rows.load(rows.places(0, i, i.type(1), LANES))
        rows.turn(turned)
        rows.add(turned)
        rows.store(turned, rows.places(2, first, apart, LANES))
        return context.get_dummy_value()

    return types.void(x, types.intp, y, types.intp, types.intp), generate


@intrinsic
def _larger(typing, a, b):
    """The larger of two float32; unlike ``max``, this is done to many at once."""

    def generate(context, builder, signature, arguments):
        number = ir.FloatType()
        kind = ir.FunctionType(number, [number, number])
        larger = builder.module.declare_intrinsic("llvm.maxnum", [number], kind)
        return builder.call(larger, arguments)

    return types.float32(types.float32, types.float32), generate


@intrinsic
def _view(typing, array, number):
    """A whole array's memory as numbers of another size: ``array.view``, quicker to compile."""
    seen = array.copy(dtype=number.instance_type)

    def generate(context, builder, signature, arguments):
        given = context.make_array(array)(context, builder, arguments[0])
        view = context.make_array(seen)(context, builder)
        sizes = [context.get_abi_sizeof(context.get_data_type(it.dtype)) for it in (array, seen)]
        old, new = (context.get_constant(types.intp, size) for size in sizes)
        shape = cgutils.unpack_tuple(builder, given.shape)
        strides = cgutils.unpack_tuple(builder, given.strides)
        shape[-1], strides[-1] = builder.udiv(builder.mul(shape[-1], old), new), new
        populate_array(
            view,
            data=builder.bitcast(given.data, view.data.type),
            shape=shape,
            strides=strides,
            itemsize=new,
            meminfo=given.meminfo,
            parent=given.parent,
        )
        return impl_ret_borrowed(context, builder, seen, view._getvalue())

    return seen(array, number), generate


@intrinsic
def _number(typing, x):
    """Read a float32, or a float16 given as its 16 bits: numba has no such type."""

    def generate(context, builder, signature, arguments):
        if x == types.float32:
            return arguments[0]
        half = builder.bitcast(arguments[0], ir.HalfType())
        return builder.fpext(half, ir.FloatType())

    return types.float32(x), generate


@intrinsic
def _fetch_from(typing, array, i):
    """Ask the memory for the line that holds item i of a whole array; don't wait for it."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(prefetch, [place, number(0), number(3), number(1)])  # to read, and soon
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@structref.register
class _BoundType(types.StructRef):
    """Numba's type of what is bound."""


class _Bound(structref.StructRefProxy):
    """An index that numba holds: to hand over its dozen arrays takes as long as to hash a query."""

    @cached_property
    def search_cells(self):
        """``_search_cells`` of this: to find out for each query what it is takes half as long."""
        found = types.Array(types.int64, 1, "C"), types.Array(types.float32, 1, "C")
        return _search_cells.compile((typeof(self), *[types.int64] * 5, *found))


structref.define_proxy(_Bound, _BoundType, ["parts"])

# Most of the time to compile is spent on what is compiled more than once, as a function of its own
# and inside of others: what few call is put into them before it is compiled, and nothing gets a way
# in from C, or from Python, that nobody takes.
_options = {"nogil": True, "cache": True, "no_cfunc_wrapper": True}
_inside = {**_options, "no_cpython_wrapper": True}

compiled = njit(**_options)  # called from Python
inner = njit(**_inside)  # called by kernels alone
inlined = njit(nogil=True, inline="always")  # part of those who call it
reordering = njit(**_inside, fastmath={"reassoc", "contract", "nsz", "nnan"})


@inner
def _fetch(rows, i):
    """``_fetch_from`` for the first two lines, of 64 bytes each, of row i."""
    first = np.int64(i) * rows.shape[1]
    _fetch_from(rows, first)
    _fetch_from(rows, first + min(64 // rows.itemsize, rows.shape[1] - 1))


# Hashing ----------------------------------------------------------------------------------


@inner
def _rotate(signs, x, y, out):
    """Rotate x (P,) and write the result into out; x and y are memory to work in.

    A round goes over the rows of LANES numbers once for the nearest of them, once more for
    each LANES times as far apart, and a last time for the columns, as it transposes them.
    """
    n_rounds, n_rows = signs.shape[0], signs.shape[1] // LANES
    for round_ in range(n_rounds):
        for i in range(0, n_rows, LANES):
            _flip_and_add(x, i, signs, round_ * n_rows + i)
        h = LANES
        while h < n_rows:
            n = min(LANES, n_rows // h)
            for start in range(0, n_rows, n * h):
                for i in range(start, start + h):
                    _add_apart(x, i, h, n)
            h *= n
        turned = y if round_ + 1 < n_rounds else out
        for i in range(0, n_rows, LANES):
            _turn_and_add(x, i, turned, i // LANES, n_rows // LANES)
        x, y = turned, x


@inlined
def _centred(row, centre, numbers):
    """Write a row's numbers less the centre's, and zeros behind."""
    for d in range(centre.shape[0]):
        numbers[d] = _number(row[d]) - centre[d]
    numbers[centre.shape[0] :] = 0


@inner
def _margins(row, rotations, x, y, out):
    """Write the margins of one row; x and y are memory to work in (``_working_memory``)."""
    n_rotations, _, size = rotations.signs.shape
    for rotation in range(n_rotations):
        if row.shape[0] == FLOAT * rotations.centre.shape[0]:
            _centred(_view(row, np.float32), rotations.centre, x.reshape(size))
        else:
            _centred(_view(row, np.uint16), rotations.centre, x.reshape(size))
        margins_of_one = out[rotation * size : (rotation + 1) * size]
        _rotate(rotations.signs[rotation], x.reshape(size), y.reshape(size), margins_of_one)


@inner
def _working_memory(rotations):
    """Two matrices that ``_rotate`` turns a row in, and all margins of a row."""
    n_rotations, _, size = rotations.signs.shape
    memory = np.empty((2 + n_rotations) * size, np.float32)
    x, y, of_row = memory[:size], memory[size : 2 * size], memory[2 * size :]
    return x.reshape(size // LANES, LANES), y.reshape(size // LANES, LANES), of_row


@compiled
def margins(embeddings, rotations):
    x, y, of_row = _working_memory(rotations)
    out = np.empty((embeddings.shape[0], of_row.shape[0]), np.float32)
    for i in range(embeddings.shape[0]):
        _margins(embeddings[i], rotations, x, y, out[i])
    return out


@compiled
def dense_margins(query, normals):
    n_tables, n_bits, _ = normals.shape
    margins = np.empty((n_tables, n_bits), np.float32)
    for table in range(n_tables):
        for bit in range(n_bits):
            margins[table, bit] = _product(query, normals[table, bit])
    return margins


@reordering
def _product(a, b):
    product = np.float32(0)
    for d in range(a.shape[0]):
        product += a[d] * b[d]
    return product


@inlined
def _gathered(eight):
    """The lowest bits of eight bytes, side by side: the product puts them into its top byte."""
    return ((eight & EVERY_BYTE) * np.uint64(0x0102040810204080)) >> np.uint64(56)


@inner
def _pack_bytes(eights, bit, words):
    """Write that bit of each byte into the words, from the lowest bit on."""
    for w in range(words.shape[0]):
        word = np.uint64(0)
        for b in range(8):
            word |= _gathered(eights[8 * w + b] >> np.uint64(bit)) << np.uint64(8 * b)
        words[w] = word


@inlined
def _pack(margins, signs, code):
    """Write the signs of margins (64 W,) into a code; ``signs`` is memory to work in."""
    for j in range(signs.shape[0]):
        signs[j] = margins[j] >= 0
    _pack_bytes(_view(signs, np.uint64), 0, code)


@compiled
def pack(margins, n_words):
    codes = np.empty((margins.shape[0], n_words), np.uint64)
    signs = np.empty(WORD * n_words, np.uint8)
    for i in range(margins.shape[0]):
        _pack(margins[i], signs, codes[i])
    return codes


@compiled
def hash_codes(embeddings, rotations, n_words):
    codes = np.empty((embeddings.shape[0], n_words), np.uint64)
    signs = np.empty(WORD * n_words, np.uint8)
    x, y, of_row = _working_memory(rotations)
    for i in range(embeddings.shape[0]):  # one by one: all margins would not stay in the cache
        _margins(embeddings[i], rotations, x, y, of_row)
        _pack(of_row, signs, codes[i])
    return codes


@compiled
def graded_codes(embeddings, rotations, n_words, depth):
    codes = np.empty((embeddings.shape[0], depth * n_words), np.uint64)
    scales = np.empty((embeddings.shape[0], 2), np.float32)
    grades = np.empty(WORD * n_words, np.uint8)
    x, y, of_row = _working_memory(rotations)
    for i in range(embeddings.shape[0]):
        _margins(embeddings[i], rotations, x, y, of_row)
        _grade(of_row, depth, grades)
        for bit in range(depth):
            words = codes[i, bit * n_words : (bit + 1) * n_words]
            _pack_bytes(_view(grades, np.uint64), depth - 1 - bit, words)
        if embeddings.shape[1] == FLOAT * rotations.centre.shape[0]:
            squares, offset = _against(_view(embeddings[i], np.float32), rotations.centre)
        else:
            squares, offset = _against(_view(embeddings[i], np.uint16), rotations.centre)
        along = _along(grades, of_row, depth)
        scales[i, 0] = squares / along if along > 0 else 0.0
        scales[i, 1] = offset
    return codes, scales


@inlined
def _grade(margins, depth, grades):
    """Write the step of each margin, counted from the lowest."""
    half = np.float32(1 << (depth - 1))
    width = STEPS[depth] * _largest(margins[: grades.shape[0]])
    for j in range(grades.shape[0]):
        step = np.floor(margins[j] / width) if width > 0 else np.float32(0)
        grades[j] = np.uint8(min(max(step, -half), half - np.float32(1)) + half)


@reordering
def _along(grades, margins, depth):
    """How far the steps reach along the margins that they stand for."""
    middle = (1 << (depth - 1)) - 0.5
    along = 0.0
    for j in range(grades.shape[0]):
        along += (np.float64(grades[j]) - middle) * np.float64(margins[j])
    return along


@reordering
def _against(row, centre):
    """The square of a row's distance from the centre, and its inner product with it."""
    squares = product = 0.0
    for d in range(centre.shape[0]):
        number = _number(row[d])
        apart = np.float64(number - centre[d])
        squares += apart * apart
        product += np.float64(number) * np.float64(centre[d])
    return squares, product


@reordering
def _largest(margins):
    largest = np.float32(0)
    for j in range(margins.shape[0]):
        largest = _larger(largest, abs(margins[j]))
    return largest


@compiled
def weigh(margins, n_words):
    steps = np.empty(WORD * n_words, np.uint8)
    planes = np.empty((margins.shape[0], PLANES, n_words), np.uint64)
    for i in range(margins.shape[0]):
        _weigh(margins[i], steps, planes[i])
    return planes


@inlined
def _weigh(margins, steps, planes):
    """Write the weights of margins (64 W,) into planes; ``steps`` is memory to work in."""
    largest = _largest(margins[: steps.shape[0]])
    scale = np.float32(HEAVIEST) / (FULL_WEIGHT * largest) if largest > 0 else np.float32(0)
    for j in range(steps.shape[0]):
        step = np.int32(abs(margins[j]) * scale + np.float32(0.5))
        steps[j] = min(step, np.int32(HEAVIEST))
    for p in range(PLANES):
        _pack_bytes(_view(steps, np.uint64), p, planes[p])


# The n smallest ---------------------------------------------------------------------------


@compiled
def _threshold_of_bytes(words, n):
    """The least distance that at least n do not exceed; n is at most how many there are.

    Distances stand in bytes, eight of them in a word; the words come in blocks of AT_ONCE.
    """
    low, high = NONE, LAST
    while low < high:
        middle = (low + high) // 2
        if _how_many_near(words, middle) >= n:
            high = middle
        else:
            low = middle + 1
    return low


@inner
def _how_many_near(words, last):
    near = np.uint64(0)
    for at in range(0, words.shape[0], AT_ONCE):
        near += _ones(_near_bytes(words, at, np.uint8(last)))
    return np.int64(near)


@compiled
def _passed_by(scores, n):
    """A score that the n highest of at least n pass, and those tied with the last of them.

    It is found by halving what lies between the least, which all pass, and the highest.
    """
    low, high = _least_and_most(scores)
    while True:
        middle = low + (high - low) * np.float32(0.5)
        if not low < middle < high:  # there is no number between them
            return high if _how_many_pass(scores, high) >= n else low
        passing = _how_many_pass(scores, middle)
        if passing == n:
            return middle
        if passing > n:
            low = middle
        else:
            high = middle


@reordering
def _how_many_pass(scores, least):
    passing = np.int32(0)
    for i in range(scores.shape[0]):
        passing += np.int32(scores[i] >= least)
    return passing


@reordering
def _least_and_most(scores):
    below = above = -np.float32(np.inf)
    for i in range(scores.shape[0]):
        below, above = _larger(below, -scores[i]), _larger(above, scores[i])
    return -below, above


@compiled
def _highest(scores, n):
    """Places of the n highest scores and of all that are tied with the last, ascending."""
    m = scores.shape[0]
    last = _passed_by(scores, n) if n < m else -np.float32(np.inf)
    chosen = np.empty(m, np.int64)
    kept = 0
    for i in range(m):
        chosen[kept] = i
        kept += scores[i] >= last
    return chosen[:kept]


@compiled
def products_with_centres(point, tiles, n_cells):
    largest = _largest(point)
    scale = np.float32(readable.MOST) / largest if largest > 0 else np.float32(0)
    n_tiles, n_pairs, _ = tiles.shape
    whole = np.zeros(2 * n_pairs, np.int16)
    for j in range(point.shape[0]):
        whole[j] = np.int32(point[j] * scale)
    products = np.empty(n_tiles * TILE, np.float32)
    for tile in range(n_tiles):
        _tile_products(whole, tiles, tile, products)
    return products[:n_cells]


@inlined
def _up_to(n):
    numbers = np.empty(n, np.int64)
    for i in range(n):
        numbers[i] = i
    return numbers


@inlined
def _nearest_cells(query, margins, lists, n):
    """The cells with the nearest centres: to the query, or to its first margins."""
    n_cells, room = lists.starts.shape[0] - 1, 2 * lists.centres.shape[1]
    if n >= n_cells:
        return _up_to(n_cells)
    point = np.empty(min(room, query.shape[0]), np.float32)
    for j in range(point.shape[0]):
        point[j] = query[j] if query.shape[0] <= room else margins[j]
    return _highest(products_with_centres(point, lists.centres, n_cells), n)


@inner
def _weighted_distance(code, planes, other):
    """All three planes in one loop: a loop over planes would be as slow as the memory twice."""
    total = np.uint64(0)
    for w in range(code.shape[0]):
        differs = code[w] ^ other[w]
        total += _ones(differs & planes[0, w])
        total += _ones(differs & planes[1, w]) << np.uint64(1)
        total += _ones(differs & planes[2, w]) << np.uint64(2)
    return np.int64(total)


@compiled
def weighted_distances(code, planes, codes):
    weighed = np.empty(codes.shape[0], np.int64)
    for i in range(codes.shape[0]):
        weighed[i] = _weighted_distance(code, planes, codes[i])
    return weighed


@compiled
def half_units(margins, n_words):
    units = np.empty(margins.shape[0], np.float32)
    for i in range(margins.shape[0]):
        units[i] = _half_unit(margins[i, : WORD * n_words])
    return units


@inlined
def _half_unit(margins):
    return FULL_WEIGHT * _largest(margins) / np.float32(2 * HEAVIEST)


@inlined
def _for_each_bit(code, planes, depth):
    """A query's sides and weights as a code has its bits, the sides' own first.

    Its rows are the sides, each weight's planes (ones, twos and fours), and by how much what
    differs is shifted. Also the balance where nothing differs.
    """
    n_words = code.shape[0]
    query = np.empty((2 + PLANES, depth * n_words), np.uint64)
    most = np.uint64(0)
    for bit in range(depth):
        for w in range(n_words):
            at = bit * n_words + w
            query[0, at], query[1 + PLANES, at] = code[w], depth - 1 - bit
            for p in range(PLANES):
                query[1 + p, at] = planes[p, w]
                most += _ones(planes[p, w]) << np.uint64(p + depth - 1 - bit)
    return query, np.int64(most)


@inlined
def _apart(query, codes, i):
    """How far graded code i is on the other sides of a query (``_for_each_bit``), in steps."""
    n_words = query.shape[1]
    in_blocks = n_words - n_words % AT_ONCE
    total = np.uint64(0)
    for w in range(0, in_blocks, AT_ONCE):
        total += _apart_in_block(query, w, codes, np.int64(i))
    for w in range(in_blocks, n_words):
        differs = query[0, w] ^ codes[i, w]
        count = _ones(differs & query[1, w])
        count += _ones(differs & query[2, w]) << np.uint64(1)
        count += _ones(differs & query[3, w]) << np.uint64(2)
        total += count << query[4, w]
    return np.int64(total)


@compiled
def estimates(code, planes, unit, codes, scales):
    everything = _up_to(codes.shape[0])
    query, most = _for_each_bit(code, planes, codes.shape[1] // code.shape[0])
    return _estimates(query, most, unit, codes, scales, everything)


@inlined
def _estimates(query, most, unit, codes, scales, positions):
    found = np.empty(positions.shape[0], np.float32)
    for j in range(positions.shape[0]):
        i = positions[j]
        balance = np.float32(most - 2 * _apart(query, codes, i))
        found[j] = balance * unit * scales[i, 0] + scales[i, 1]
    return found


@inlined
def _best_by_codes(query, most, unit, lists, positions, n):
    """Those of the positions whose codes promise the n highest cosines, or as much as the last."""
    m = positions.shape[0]
    if n >= m:
        return positions
    guessed = _estimates(query, most, unit, lists.codes, lists.scales, positions)
    last = _passed_by(guessed, n)
    kept = 0
    for i in range(m):
        positions[kept] = positions[i]
        kept += guessed[i] >= last
    return positions[:kept]


# Searching --------------------------------------------------------------------------------


@compiled
def bind(index, desk):
    return _Bound((index, desk))


def search_cells(bound, n_queries, reach, ids, cosines):
    numbers = reach.n_cells, reach.n_words, reach.n_sketch, reach.n_rerank
    return bound.search_cells(bound, n_queries, *numbers, ids, cosines)


@compiled
def _search_cells(bound, n_queries, n_cells, n_words_of_sketch, n_sketch, n_rerank, ids, cosines):
    """``search_cells`` of arrays and numbers: numba is slow to see what a structure holds."""
    (rotations, gallery, lists), desk = bound.parts
    k = ids.shape[0] // n_queries
    fewest = k + 1
    n_sketch_words = min(n_words_of_sketch, lists.sketches.shape[0])
    reach = CellReach(n_cells, n_sketch_words, max(n_sketch, fewest), max(n_rerank, fewest))
    order, looked_at = lists.order, desk.looked_at
    n_words = lists.codes.shape[1] // lists.depth
    n_found = NONE
    x, y, margins_of_query = _working_memory(rotations)
    steps = np.empty(WORD * n_words, np.uint8)
    code, planes = np.empty(n_words, np.uint64), np.empty((PLANES, n_words), np.uint64)
    for i in range(n_queries):
        query = desk.queries[i]
        _margins(_view(query, np.uint8), rotations, x, y, margins_of_query)
        _pack(margins_of_query, steps, code)
        _weigh(margins_of_query, steps, planes)
        unit = _half_unit(margins_of_query[: WORD * n_words])
        read = _nearest_cells(query, margins_of_query, lists, reach.n_cells)
        firsts, lasts = lists.starts[read], lists.starts[read + 1]
        weighed, most = _for_each_bit(code, planes, lists.depth)
        n, kept = _sketch(
            weighed, lists.sketches, firsts, lasts, reach.n_words, reach.n_sketch, desk.memory
        )
        for position in kept:
            _fetch(lists.codes, position)
            _fetch_from(lists.scales, 2 * np.int64(position))
        looked_at[i, 0], looked_at[i, 1] = n, kept.shape[0]
        kept = _best_by_codes(weighed, most, unit, lists, kept, reach.n_rerank)
        looked_at[i, 2] = kept.shape[0]
        for j in range(kept.shape[0]):
            kept[j] = order[kept[j]]
        n_found = _rerank(
            desk, i, gallery, kept, ids[k * i : k * (i + 1)], cosines[k * i : k * (i + 1)]
        )
    return n_found


@inner
def _sketch(query, sketches, firsts, lasts, n_words, n_sketch, memory):
    """How many sketches lie in some stretches, and the positions of those that are near enough.

    A byte for each distance, and each stretch begins with a word of them.
    """
    shift = np.uint64(_coarseness(query, n_words))
    n = at = NONE
    for j in range(firsts.shape[0]):
        if j + 1 < firsts.shape[0]:
            _fetch_sketches(sketches, firsts[j + 1], lasts[j + 1], n_words)
        first, size = firsts[j], lasts[j] - firsts[j]
        for i in range(0, size, 8):
            memory[at] = _eight_distances(query, sketches, n_words, first + i, shift)
            at += 1
        if size % 8:  # bytes that stand for nothing are far away
            memory[at - 1] |= FAR << np.uint64(8 * (size % 8))
        n += size
    for _ in range(1, AT_ONCE):  # and so is what blocks of words reach beyond the last
        memory[at] = FAR
        at += 1
    words = memory[: at - at % AT_ONCE]
    last = _threshold_of_bytes(words, n_sketch) if n_sketch < n else LAST
    return n, _collect(words, last, firsts, lasts)


@inlined
def _fetch_sketches(sketches, first, last, n_words):
    """Ask the memory for the sketches of a stretch."""
    for w in range(n_words):
        before = w * sketches.shape[1]
        for i in range(before + first, before + last, AT_ONCE):
            _fetch_from(sketches, i)


@inlined
def _coarseness(query, n_words):
    most = np.uint64(0)
    for w in range(n_words):
        for p in range(PLANES):
            most += _ones(query[1 + p, w]) << np.uint64(p)
    return coarseness(np.int64(most))


@compiled
def coarseness(most):
    shift = 0
    while most >> (shift + 1) > LAST:
        shift += 1
    return shift


@inlined
def _collect(words, last, firsts, lasts):
    """Positions whose byte is at most the last: a block of them is passed over at once."""
    kept = np.empty(_how_many_near(words, last), np.int32)
    m = at = NONE
    for j in range(firsts.shape[0]):
        first, end = firsts[j], lasts[j]
        for begin in range(first, end, WORD):
            near = _near_bytes(words, at + (begin - first) // 8, np.uint8(last))
            if end - begin < WORD:
                near &= (np.uint64(1) << np.uint64(end - begin)) - np.uint64(1)
            while near:
                kept[m] = begin + np.int64(_lowest(near))
                near &= near - np.uint64(1)
                m += 1
        at += (end - first + 7) // 8
    return kept[:m]


def search_buckets(bound, n_queries, probed, reach, ids, cosines):
    numbers = reach.n_words, reach.n_sketch, reach.n_rerank
    return _search_buckets(bound, n_queries, probed, *numbers, ids, cosines)


@compiled
def _search_buckets(bound, n_queries, probed, n_words_of_sketch, n_sketch, n_rerank, ids, cosines):
    """``search_buckets``, as ``_search_cells``."""
    (rotations, gallery, tables), desk = bound.parts
    k, looked_at = ids.shape[0] // n_queries, desk.looked_at
    n_words, n_found = tables.codes.shape[1], NONE
    n_sketch_words = min(n_words_of_sketch, tables.sketches.shape[0])
    margins_of_queries = margins(_view(desk.queries[:n_queries], np.uint8), rotations)
    codes_of_queries = pack(margins_of_queries, n_words)
    planes, units = weigh(margins_of_queries, n_words), half_units(margins_of_queries, n_words)
    n_tables, n_probes = probed.shape[1:]
    seen, rows, memory = _marks(desk.memory, gallery.rows.shape[0])
    for i in range(n_queries):
        if probed.shape[0]:
            wanted = probed[i]
        else:
            first_margins = margins_of_queries[i, : n_tables * tables.n_bits]
            wanted = probe_keys(first_margins.reshape(n_tables, tables.n_bits), n_probes)
        firsts, lasts = find_buckets(wanted, tables)
        of_each = firsts.reshape(-1), lasts.reshape(-1)
        if n_rerank:
            query, most = _for_each_bit(codes_of_queries[i], planes[i], ONE)
            n, kept = _sketch(
                query, tables.sketches, *of_each, n_sketch_words, max(n_sketch, k + 1), memory
            )
            chosen = _rows_of(kept, tables, seen, rows)
            looked_at[i, 0], looked_at[i, 1] = n, chosen.shape[0]
            chosen = _best_by_codes(query, most, units[i], tables, chosen, max(n_rerank, k + 1))
        else:
            n, chosen = _union(*of_each, tables, gallery.rows, seen, rows)
            looked_at[i, 0], looked_at[i, 1] = n, chosen.shape[0]
        looked_at[i, 2] = chosen.shape[0]
        n_found = _rerank(
            desk, i, gallery, chosen, ids[k * i : k * (i + 1)], cosines[k * i : k * (i + 1)]
        )
    return n_found


@inlined
def _marks(memory, n_rows):
    """A bit for each row, all 0, room for rows, and for the distances of sketches."""
    n_words, n_rooms = n_rows // WORD + 1, n_rows // 2 + 1
    rows = _view(memory[n_words : n_words + n_rooms], np.int32)
    return memory[:n_words], rows, memory[n_words + n_rooms :]


@compiled
def read_tables(bound, margins, needed, most, ids, cosines):
    (_, gallery, tables), desk = bound.parts
    members, k = tables.members.reshape(-1), ids.shape[0]
    _clear(ids, cosines)
    n_bits, n = margins.shape[1], tables.members.shape[1]
    seen, candidates, _ = _marks(desk.memory, gallery.rows.shape[0])
    most = min(most, 1 << n_bits)
    n_made = min(FIRST_PROBES, most)
    probed = probe_keys(margins, n_made)
    wanted = np.empty((probed.shape[0], 1), np.int64)  # of this round
    n_read = n_candidates = n_found = NONE
    while True:
        before = n_candidates
        for t in range(probed.shape[0]):
            wanted[t, 0] = probed[t, n_read]
        firsts, lasts = find_buckets(wanted, tables)
        _fetch_members(members, firsts.reshape(-1), lasts.reshape(-1))
        for t in range(firsts.shape[0]):
            for j in range(firsts[t, 0], lasts[t, 0]):
                n_candidates = _take(members[j], seen, gallery.rows, candidates, n_candidates)
        new = candidates[before:n_candidates]
        n_found = _merge(desk, 0, gallery, new, ids, cosines, n_found)
        n_read += 1
        if n_read == most or n_candidates == n:
            break
        if n_found == k and n_read >= needed[_step_of(cosines[k - 1], needed.shape[0])]:
            break
        if n_read == n_made:
            n_made = min(2 * n_made, most)
            probed = probe_keys(margins, n_made)
    _taken(seen, candidates, n_candidates)
    desk.looked_at[0] = n_candidates
    return n_found


@inlined
def _step_of(cosine, n_steps):
    step = np.int64((np.float64(cosine) + 1) * (n_steps / 2))
    return min(max(step, 0), n_steps - 1)


@inner
def _rows_of(positions, tables, seen, rows):
    """The rows at some positions, each once; ``seen`` is 0 before and after."""
    members, m = tables.members.reshape(-1), NONE
    for position in positions:
        _fetch_from(members, np.int64(position))
    for position in positions:
        _fetch_from(tables.scales, 2 * np.int64(members[position]))
        m = _take(members[position], seen, tables.codes, rows, m)
    return _taken(seen, rows, m)


@inner
def _union(firsts, lasts, tables, read_next, seen, rows):
    """How many entries buckets have together, and their rows, as ``_rows_of``."""
    members, n, m = tables.members.reshape(-1), NONE, NONE
    _fetch_members(members, firsts, lasts)
    for j in range(firsts.shape[0]):
        n += lasts[j] - firsts[j]
        for position in range(firsts[j], lasts[j]):
            m = _take(members[position], seen, read_next, rows, m)
    return n, _taken(seen, rows, m)


@inlined
def _fetch_members(members, firsts, lasts):
    """Ask the memory for the rows in some buckets."""
    for j in range(firsts.shape[0]):
        for position in range(firsts[j], lasts[j], LINE // 4):
            _fetch_from(members, position)


@inlined
def _take(row, seen, read_next, candidates, m):
    """Append a row to the m candidates unless it is there; how many there are then.

    Its code or its embedding, in ``read_next``, will be wanted soon.
    """
    word, bit = np.uint64(row) >> np.uint64(6), np.uint64(1) << (np.uint64(row) & np.uint64(63))
    candidates[m] = row
    _fetch(read_next, row)
    m += (seen[word] & bit) == 0
    seen[word] |= bit
    return m


@inlined
def _taken(seen, candidates, m):
    for j in range(m):
        seen[np.uint64(candidates[j]) >> np.uint64(6)] = 0
    return candidates[:m]


@compiled
def probe_keys(margins, n_probes):
    n_tables, n_bits = margins.shape
    probed = np.empty((n_tables, n_probes), np.int64)
    probed[:] = -1
    costs, order = np.empty(n_bits, np.float64), np.empty(n_bits, np.int64)
    n_sets = min(n_probes, 1 << n_bits)
    flips = np.empty(n_sets, np.int64)
    line = np.empty(n_sets + 1, np.int64)
    cost, below = np.empty(2 * n_sets + 1, np.float64), np.empty(2 * n_sets + 1, np.float64)
    mask, highest = np.empty(2 * n_sets + 1, np.int64), np.empty(2 * n_sets + 1, np.int64)
    for t in range(n_tables):
        own = np.int64(0)
        for bit in range(n_bits):
            own = 2 * own + (margins[t, bit] >= 0)
            costs[bit] = np.float64(margins[t, bit]) * np.float64(margins[t, bit])
        _cheapest_flips(costs, order, flips, line, cost, below, mask, highest)
        for p in range(n_sets):
            probed[t, p] = own ^ flips[p]
    return probed


@compiled
def find_buckets(probed, tables):
    n_tables, n_probes = probed.shape
    keys, directory = tables.keys, tables.directory
    n, n_bits = keys.shape[1], tables.n_bits
    firsts = np.zeros((n_tables, n_probes), np.int64)
    lasts = np.zeros((n_tables, n_probes), np.int64)
    shift = n_bits
    while 1 << (n_bits - shift) < directory.shape[1] - 1:
        shift -= 1
    for t in range(n_tables):
        for p in range(n_probes):
            if probed[t, p] >= 0:
                _fetch_from(directory, t * directory.shape[1] + (probed[t, p] >> shift))
    for t in range(n_tables):
        for p in range(n_probes):
            key = probed[t, p]
            if key < 0:
                continue
            low = np.int64(directory[t, key >> shift])
            high = np.int64(directory[t, (key >> shift) + 1])
            if shift:
                high = _first(keys[t], low, high, key + 1)
                low = _first(keys[t], low, high, key)
            firsts[t, p], lasts[t, p] = t * n + low, t * n + high
    return firsts, lasts


@inner
def _first(keys, low, high, key):
    """The first position from low to high whose key is not less."""
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _by_cost(costs, order):
    """Write the bits into ``order``, the cheapest first; a stable sort of a few numbers."""
    for i in range(costs.shape[0]):
        place = i
        while place and costs[order[place - 1]] > costs[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i


@compiled
def _cheapest_flips(costs, order, masks, line, cost, below, mask, highest):
    """Write into ``masks`` which bits of the key to flip, cheapest first: ``flips_in_order``.

    The other arrays are memory to work in, given so that nothing need be made for each table.
    Instead of a heap, the sets wait in a line, the cheapest in front, no more of them than are
    still asked for: a new set belongs near its end, or nowhere.
    """
    n, n_bits = masks.shape[0], costs.shape[0]
    _by_cost(costs, order)
    masks[0] = 0
    # Of each set: its cost, the cost and the mask without its highest bit, that bit.
    cost[0], below[0], mask[0], highest[0] = costs[order[0]], 0.0, 0, 0
    line[0], first, end, made = 0, NONE, ONE, ONE
    for p in range(1, n):
        least = line[first]
        first += 1
        j = highest[least]
        chosen = mask[least] | (np.int64(1) << (n_bits - 1 - order[j]))
        masks[p] = chosen
        if j + 1 == n_bits:
            continue
        step = costs[order[j + 1]]
        shifted, expanded = made, made + 1
        made += 2
        cost[shifted], below[shifted] = below[least] + step, below[least]
        mask[shifted], highest[shifted] = mask[least], j + 1
        cost[expanded], below[expanded] = cost[least] + step, cost[least]
        mask[expanded], highest[expanded] = chosen, j + 1
        end = _queue_up(shifted, line, first, end, n - 1 - p, cost)
        end = _queue_up(expanded, line, first, end, n - 1 - p, cost)


@inner
def _queue_up(new, line, first, end, most, cost):
    """Put a set into its place in line[first:end], which may grow to ``most``; the new end."""
    if end - first == most:
        if most == 0 or cost[line[end - 1]] <= cost[new]:
            return end
        end -= 1
    place = end
    while place > first and cost[line[place - 1]] > cost[new]:
        line[place] = line[place - 1]
        place -= 1
    line[place] = new
    return end + 1


# Ranking ----------------------------------------------------------------------------------


@inlined
def _clear(ids, cosines):
    ids[:], cosines[:] = -1, -2


@reordering
def _dots(query, rows, chosen, out):
    """Products with the chosen rows, four at a time: the memory fetches four side by side."""
    n = chosen.shape[0]
    for i in range(0, n, 4):
        a, b = rows[chosen[i]], rows[chosen[min(i + 1, n - 1)]]
        c, d = rows[chosen[min(i + 2, n - 1)]], rows[chosen[min(i + 3, n - 1)]]
        to_a, to_b = np.float32(0), np.float32(0)
        to_c, to_d = np.float32(0), np.float32(0)
        for j in range(query.shape[0]):
            to_a += query[j] * _number(a[j])
            to_b += query[j] * _number(b[j])
            to_c += query[j] * _number(c[j])
            to_d += query[j] * _number(d[j])
        out[i], out[min(i + 1, n - 1)] = to_a, to_b
        out[min(i + 2, n - 1)], out[min(i + 3, n - 1)] = to_c, to_d


@inlined
def _cosines(query, rows, chosen):
    """Cosines to the chosen rows."""
    cosines = np.empty(chosen.shape[0], np.float32)
    n_bytes = rows.shape[1]
    for row in chosen:
        for byte in range(0, min(n_bytes, FETCHED), LINE):
            _fetch_from(rows, np.int64(row) * n_bytes + byte)
    if rows.shape[1] == FLOAT * query.shape[0]:
        _dots(query, _view(rows, np.float32), chosen, cosines)
    else:
        _dots(query, _view(rows, np.uint16), chosen, cosines)
    return cosines


@inlined
def _rerank(desk, i, gallery, chosen, ids, cosines):
    """Write the chosen rows that are best for query i, ties to the lower id; how many there are."""
    _clear(ids, cosines)
    return _merge(desk, i, gallery, chosen, ids, cosines, NONE)


@inner
def _merge(desk, i, gallery, chosen, found, cosines, n):
    """``_rerank`` where n places are taken already; how many are then."""
    k, ids, exclude = found.shape[0], gallery.ids, desk.exclude[i]
    of_chosen = _cosines(desk.queries[i], gallery.rows, chosen)
    for j in range(chosen.shape[0]):
        cosine = of_chosen[j]
        if n == k and cosine < cosines[k - 1]:  # mostly: to look up its id would take longer
            continue
        id = ids[chosen[j]]
        if id == exclude or (n == k and not _better(cosine, id, cosines[k - 1], found[k - 1])):
            continue
        n = min(n + 1, k)
        place = n - 1
        while place and _better(cosine, id, cosines[place - 1], found[place - 1]):
            found[place], cosines[place] = found[place - 1], cosines[place - 1]
            place -= 1
        found[place], cosines[place] = id, cosine
    return n


@inlined
def _better(cosine, id, other_cosine, other_id):
    return cosine > other_cosine or (cosine == other_cosine and id < other_id)
