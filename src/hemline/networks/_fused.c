/* What lies between the convolutions of a network, in bfloat16 with channels last: halving (the
   largest of 2x2 values), and batch normalisation (Ioffe & Szegedy, 2015) with the ReLU behind it.

   All of it is bound by memory, so each runs through memory once, or twice where a mean has to be
   known first. Threads share the pictures. Sums are taken for each picture by itself and then
   added in the order of the pictures: no result depends on the number of threads. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8, MOST = 1024, WIDE = 64 }; /* most channels; shortest row worth a loop */
typedef uint16_t bits __attribute__((vector_size(2 * LANES)));
typedef uint8_t bytes __attribute__((vector_size(LANES)));
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef float values __attribute__((vector_size(4 * LANES)));

/* One library for all x86-64 machines: the widest version is chosen when it is loaded. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif

typedef struct {
  Py_ssize_t pictures, height, width, channels;
  int threads;
} Shape;

/* bfloat16 is the upper half of float32. */
static inline void widen(const uint16_t *from, values *to) {
  bits narrow;
  memcpy(&narrow, from, sizeof narrow);
  *to = (values)(__builtin_convertvector(narrow, words) << 16);
}

/* To the nearest, ties to even; what is not a number stays so. */
static inline void narrow(const values *from, uint16_t *to) {
  words wide = (words)*from;
  bits rounded = __builtin_convertvector((wide + 0x7fff + ((wide >> 16) & 1)) >> 16, bits);
  memcpy(to, &rounded, sizeof rounded);
}

/* ---- halving ---- */

/* Where of the four the largest was is noted; the first of equal ones, as PyTorch does. */
WIDEST static void halve(const Shape *s, uint16_t *x, uint16_t *y, uint8_t *places) {
  Py_ssize_t c = s->channels, row = s->width * c;
  for (Py_ssize_t i = 0; i < s->height / 2; i++)
    for (Py_ssize_t k = 0; k < s->width / 2; k++, y += c, places += c)
      for (Py_ssize_t j = 0; j < c; j += LANES) {
        const uint16_t *corner = x + 2 * i * row + 2 * k * c + j;
        values best, other;
        words place = {0};
        widen(corner, &best);
        for (uint32_t q = 1; q < 4; q++) {
          widen(corner + (q >> 1) * row + (q & 1) * c, &other);
          words larger = (words)(other > best) | (words)(other != other);
          best = (values)(((words)other & larger) | ((words)best & ~larger));
          place = (q & larger) | (place & ~larger);
        }
        narrow(&best, y + j);
        bytes small = __builtin_convertvector(place, bytes);
        memcpy(places + j, &small, sizeof small);
      }
}

/* The gradient goes where the largest was; zeros everywhere else. */
WIDEST static void unhalve(const Shape *s, uint16_t *dx, uint16_t *dy, uint8_t *places) {
  Py_ssize_t c = s->channels, row = s->width * c;
  if (s->height % 2 || s->width % 2) memset(dx, 0, s->height * row * sizeof *dx);
  for (Py_ssize_t i = 0; i < s->height / 2; i++)
    for (Py_ssize_t k = 0; k < s->width / 2; k++, dy += c, places += c)
      for (Py_ssize_t j = 0; j < c; j += LANES) {
        uint16_t *corner = dx + 2 * i * row + 2 * k * c + j;
        bytes small;
        bits gradient;
        memcpy(&small, places + j, sizeof small);
        memcpy(&gradient, dy + j, sizeof gradient);
        bits place = __builtin_convertvector(small, bits);
        for (uint16_t q = 0; q < 4; q++) {
          bits here = gradient & (bits)(place == q);
          memcpy(corner + (q >> 1) * row + (q & 1) * c, &here, sizeof here);
        }
      }
}

/* ---- normalisation ---- */

/* y = ReLU(scale x + offset); the gradient of x is that of y behind the ReLU, times scale, plus
   slope x + rest, which is what mean and variance pass on. Numbers of each channel, repeated until
   they fill a row of at least WIDE. */
typedef struct {
  Py_ssize_t row, length; /* length: values of a picture */
  _Alignas(64) float scale[MOST], offset[MOST], slope[MOST], rest[MOST];
} Line;

static void spread(const Shape *s, Line *l) {
  Py_ssize_t c = s->channels;
  l->length = s->height * s->width * c;
  l->row = c < WIDE ? WIDE / c * c : c;
  for (Py_ssize_t j = c; j < l->row; j++) {
    l->scale[j] = l->scale[j - c], l->offset[j] = l->offset[j - c];
    l->slope[j] = l->slope[j - c], l->rest[j] = l->rest[j - c];
  }
}

#define EACH(start, j)                                           \
  for (Py_ssize_t start = 0; start < l->length; start += l->row) \
    for (Py_ssize_t j = 0; j < l->row && start + j < l->length; j += LANES)
#define AT(array, j) (*(values *)((array) + (j)))

static void fold(const Line *l, Py_ssize_t channels, float (*sums)[MOST], float *to) {
  for (int k = 0; k < 2; k++)
    for (Py_ssize_t j = 0; j < channels; j++) {
      to[k * channels + j] = 0;
      for (Py_ssize_t i = j; i < l->row; i += channels) to[k * channels + j] += sums[k][i];
    }
}

/* Of each channel of one picture: the sum, and the sum of squares. */
WIDEST static void add_up(const Line *l, Py_ssize_t channels, const uint16_t *x, float *to) {
  _Alignas(64) float sums[2][MOST] = {{0}};
  EACH(start, j) {
    values value;
    widen(x + start + j, &value);
    AT(sums[0], j) += value;
    AT(sums[1], j) += value * value;
  }
  fold(l, channels, sums, to);
}

WIDEST static void apply(const Line *l, const uint16_t *x, uint16_t *y) {
  EACH(start, j) {
    values value;
    widen(x + start + j, &value);
    value = AT(l->scale, j) * value + AT(l->offset, j);
    value = (values)((words)value & ~(words)(value < 0)); /* keeps what is not a number */
    narrow(&value, y + start + j);
  }
}

/* Of each channel of one picture: the sum of the gradient behind the ReLU, and of its product with
   what came out. */
WIDEST static void add_up_gradient(const Line *l, Py_ssize_t channels, const uint16_t *x,
                                   const uint16_t *dy, float *to) {
  _Alignas(64) float sums[2][MOST] = {{0}};
  EACH(start, j) {
    values value, gradient;
    widen(x + start + j, &value);
    widen(dy + start + j, &gradient);
    value = AT(l->scale, j) * value + AT(l->offset, j);
    gradient = (values)((words)gradient & ~(words)(value <= 0));
    AT(sums[0], j) += gradient;
    AT(sums[1], j) += gradient * value;
  }
  fold(l, channels, sums, to);
}

WIDEST static void apply_gradient(const Line *l, const uint16_t *x, const uint16_t *dy,
                                  uint16_t *dx) {
  EACH(start, j) {
    values value, gradient;
    widen(x + start + j, &value);
    widen(dy + start + j, &gradient);
    values behind = AT(l->scale, j) * value + AT(l->offset, j);
    gradient = (values)((words)gradient & ~(words)(behind <= 0));
    gradient = AT(l->scale, j) * gradient + AT(l->slope, j) * value + AT(l->rest, j);
    narrow(&gradient, dx + start + j);
  }
}

/* The two sums of every picture, added in their order, divided by the values of a channel. */
static void means_of(const Shape *s, const float *sums, double (*means)[MOST]) {
  Py_ssize_t c = s->channels;
  memset(means, 0, 2 * sizeof *means);
  for (Py_ssize_t i = 0; i < s->pictures; i++)
    for (int k = 0; k < 2; k++)
      for (Py_ssize_t j = 0; j < c; j++) means[k][j] += sums[(2 * i + k) * c + j];
  for (int k = 0; k < 2; k++)
    for (Py_ssize_t j = 0; j < c; j++)
      means[k][j] /= (double)(s->pictures * s->height * s->width);
}

/* `saved` is left for the way back: scale and offset of each channel. */
static void normalise(const Shape *s, const uint16_t *x, uint16_t *y, const float *bias,
                      float *running[2], float *saved, float *sums, double momentum,
                      double epsilon) {
  Line l = {0};
  double means[2][MOST];
  Py_ssize_t c = s->channels, count = s->pictures * s->height * s->width;
  spread(s, &l);
#pragma omp parallel for num_threads(s->threads)
  for (Py_ssize_t i = 0; i < s->pictures; i++)
    add_up(&l, c, x + i * l.length, sums + 2 * i * c);
  means_of(s, sums, means);
  for (Py_ssize_t j = 0; j < c; j++) {
    double mean = means[0][j], variance = means[1][j] - mean * mean;
    variance = variance < 0 ? 0 : variance;
    saved[j] = l.scale[j] = (float)(1 / sqrt(variance + epsilon));
    saved[c + j] = l.offset[j] = (float)(bias[j] - mean * l.scale[j]);
    variance *= count > 1 ? (double)count / (count - 1) : 1;
    running[0][j] += (float)(momentum * (mean - running[0][j]));
    running[1][j] += (float)(momentum * (variance - running[1][j]));
  }
  spread(s, &l);
#pragma omp parallel for num_threads(s->threads)
  for (Py_ssize_t i = 0; i < s->pictures; i++) apply(&l, x + i * l.length, y + i * l.length);
}

static void normalise_backward(const Shape *s, const uint16_t *x, const uint16_t *dy, uint16_t *dx,
                               const float *bias, float *d_bias, const float *saved, float *sums) {
  Line l = {0};
  double means[2][MOST];
  Py_ssize_t c = s->channels;
  memcpy(l.scale, saved, c * sizeof *saved);
  memcpy(l.offset, saved + c, c * sizeof *saved);
  spread(s, &l);
#pragma omp parallel for num_threads(s->threads)
  for (Py_ssize_t i = 0; i < s->pictures; i++)
    add_up_gradient(&l, c, x + i * l.length, dy + i * l.length, sums + 2 * i * c);
  means_of(s, sums, means);
  for (Py_ssize_t j = 0; j < c; j++) {
    double scale = l.scale[j], passed = scale * (means[1][j] - bias[j] * means[0][j]);
    d_bias[j] = (float)(means[0][j] * s->pictures * s->height * s->width);
    l.slope[j] = (float)(-passed * scale);
    l.rest[j] = (float)(-scale * means[0][j] - passed * (l.offset[j] - bias[j]));
  }
  spread(s, &l);
#pragma omp parallel for num_threads(s->threads)
  for (Py_ssize_t i = 0; i < s->pictures; i++)
    apply_gradient(&l, x + i * l.length, dy + i * l.length, dx + i * l.length);
}

/* ---- the Python side ---- */

/* Whether the buffers hold as much as the shape says: of each kind so many bytes. */
static int fits(const Shape *s, const Py_buffer *v, const char *kinds) {
  Py_ssize_t small = s->pictures * (s->height / 2) * (s->width / 2) * s->channels;
  Py_ssize_t whole = s->pictures * s->height * s->width * s->channels;
  int good = s->pictures > 0 && s->height > 0 && s->width > 0 && s->threads > 0 &&
             s->channels > 0 && s->channels <= MOST && s->channels % LANES == 0;
  for (int i = 0; good && kinds[i]; i++)
    good = v[i].len == (kinds[i] == 'x'   ? 2 * whole
                        : kinds[i] == 'y' ? 2 * small
                        : kinds[i] == 'p' ? small
                        : kinds[i] == 's' ? 8 * s->channels
                                          : 4 * s->channels);
  if (!good) PyErr_SetString(PyExc_ValueError, "buffers must be of one shape");
  return good;
}

static PyObject *done(Py_buffer *v, int count, int good) {
  for (int i = 0; i < count; i++) PyBuffer_Release(&v[i]);
  if (!good) return PyErr_Occurred() ? NULL : PyErr_NoMemory();
  Py_RETURN_NONE;
}

/* Forward reads x and writes y and places; back reads those two and writes x. */
static PyObject *halving(PyObject *args, const char *form, int back) {
  Shape s;
  Py_buffer v[3];
  if (!PyArg_ParseTuple(args, form, &s.pictures, &s.height, &s.width, &s.channels, &s.threads,
                        &v[0], &v[1], &v[2]))
    return NULL;
  int good = fits(&s, v, "xyp");
  Py_ssize_t whole = s.height * s.width * s.channels;
  Py_ssize_t small = (s.height / 2) * (s.width / 2) * s.channels;
  if (good) {
    Py_BEGIN_ALLOW_THREADS;
#pragma omp parallel for num_threads(s.threads)
    for (Py_ssize_t i = 0; i < s.pictures; i++)
      (back ? unhalve : halve)(&s, (uint16_t *)v[0].buf + i * whole,
                               (uint16_t *)v[1].buf + i * small, (uint8_t *)v[2].buf + i * small);
    Py_END_ALLOW_THREADS;
  }
  return done(v, 3, good);
}

static PyObject *py_halve(PyObject *self, PyObject *args) {
  return halving(args, "(nnnn)iy*w*w*", 0);
}

static PyObject *py_halve_backward(PyObject *self, PyObject *args) {
  return halving(args, "(nnnn)iw*y*y*", 1);
}

static PyObject *py_normalise(PyObject *self, PyObject *args) {
  Shape s;
  Py_buffer v[6];
  double momentum, epsilon;
  if (!PyArg_ParseTuple(args, "(nnnn)iy*w*y*w*w*w*dd", &s.pictures, &s.height, &s.width,
                        &s.channels, &s.threads, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
                        &momentum, &epsilon))
    return NULL;
  int good = fits(&s, v, "xxcccs");
  float *sums = good ? malloc(2 * s.pictures * s.channels * sizeof *sums) : NULL;
  float *running[2] = {v[3].buf, v[4].buf};
  if (sums) {
    Py_BEGIN_ALLOW_THREADS;
    normalise(&s, v[0].buf, v[1].buf, v[2].buf, running, v[5].buf, sums, momentum, epsilon);
    Py_END_ALLOW_THREADS;
  }
  free(sums);
  return done(v, 6, sums != NULL);
}

static PyObject *py_normalise_backward(PyObject *self, PyObject *args) {
  Shape s;
  Py_buffer v[6];
  if (!PyArg_ParseTuple(args, "(nnnn)iy*y*w*y*w*y*", &s.pictures, &s.height, &s.width,
                        &s.channels, &s.threads, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]))
    return NULL;
  int good = fits(&s, v, "xxxccs");
  float *sums = good ? malloc(2 * s.pictures * s.channels * sizeof *sums) : NULL;
  if (sums) {
    Py_BEGIN_ALLOW_THREADS;
    normalise_backward(&s, v[0].buf, v[1].buf, v[2].buf, v[3].buf, v[4].buf, v[5].buf, sums);
    Py_END_ALLOW_THREADS;
  }
  free(sums);
  return done(v, 6, sums != NULL);
}

static PyMethodDef methods[] = {
    {"halve", py_halve, METH_VARARGS,
     "halve((n, h, w, c), threads, x, y, places)\n\n"
     "x bfloat16 (n, h, w, c); y bfloat16 and places uint8 (n, h/2, w/2, c) are written."},
    {"halve_backward", py_halve_backward, METH_VARARGS,
     "halve_backward((n, h, w, c), threads, d_x, d_y, places)\n\n"
     "d_x bfloat16 (n, h, w, c) is written."},
    {"normalise", py_normalise, METH_VARARGS,
     "normalise((n, h, w, c), threads, x, y, bias, mean, variance, saved, momentum, epsilon)\n\n"
     "y bfloat16 (n, h, w, c) is written, and saved float32 (2, c) for the way back; running mean\n"
     "and variance float32 (c,) are updated."},
    {"normalise_backward", py_normalise_backward, METH_VARARGS,
     "normalise_backward((n, h, w, c), threads, x, d_y, d_x, bias, d_bias, saved)\n\n"
     "d_x bfloat16 (n, h, w, c) and d_bias float32 (c,) are written."},
    {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fused", NULL, -1, methods,
                                    NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit__fused(void) { return PyModule_Create(&module); }
