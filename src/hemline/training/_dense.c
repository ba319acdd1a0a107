/* One epoch of training for the network pixels -> dense (ReLU) -> dense (logits):
   forward pass, softmax cross-entropy, backward pass and Adam (Kingma & Ba, 2015).

   At batch size 32 a step is so small that calling a library costs more than computing. So the
   hidden units are cut into slices of 64. A slice keeps its weights and their moments together,
   small enough for a core's own cache, and is computed by one thread. Slices meet once a step,
   where their shares of the logits are added in a fixed order: the weights that come out do not
   depend on the number of threads. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = 784, CLASSES = 10, WIDTH = 64, BLOCK = 4 };
enum { LANES = 16, VECTORS = WIDTH / LANES, HALF_LANES = LANES / 2, HALVES = 2 };
typedef float vector __attribute__((vector_size(4 * LANES)));
typedef float half __attribute__((vector_size(4 * HALF_LANES)));

/* One library for all x86-64 machines: the widest version is chosen when it is loaded. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
static int has_wide_registers(void) { return __builtin_cpu_supports("avx512f") != 0; }
#else
#define WIDEST
static int has_wide_registers(void) { return 0; }
#endif
#define INLINE static inline __attribute__((always_inline))

typedef struct {
  float rate, beta1, beta2, epsilon, root_correction; /* rate and root: bias already corrected */
} Adam;

typedef struct {
  const unsigned char *pixels, *labels;
  const long long *order;
  Py_ssize_t batch, rows; /* rows: batch, rounded up to whole blocks */
} Batches;

/* Weights in [0], first moments in [1], second moments in [2]. The last row of `in` is the hidden
   bias. Every slice updates its own copy of the output bias, all of them alike. */
typedef struct {
  _Alignas(64) float in[3][PIXELS + 1][WIDTH];
  float out[3][CLASSES][WIDTH], bias[3][LANES];
  float (*x)[PIXELS], (*hidden)[WIDTH], (*d_hidden)[WIDTH], (*d_logits)[CLASSES];
  float (*logits[2])[CLASSES]; /* of odd and even steps: a slice may be one step ahead */
  unsigned char *y;
  double loss;
  long long correct, finite; /* right answers; steps before the loss was no longer a number */
} Slice;

static inline void update(const Adam *a, const float *g, float *w, float *m, float *v, int n) {
  for (int j = 0; j < n; j++) {
    m[j] += (1 - a->beta1) * (g[j] - m[j]);
    v[j] = a->beta2 * v[j] + (1 - a->beta2) * g[j] * g[j];
    w[j] -= a->rate * m[j] / (sqrtf(v[j]) * a->root_correction + a->epsilon);
  }
}

WIDEST static void gather(Slice *s, const Batches *b, Py_ssize_t start, Py_ssize_t n) {
  for (Py_ssize_t i = 0; i < n; i++) {
    const unsigned char *picture = b->pixels + b->order[start + i] * PIXELS;
    for (int k = 0; k < PIXELS; k++) s->x[i][k] = picture[k] * (1.0f / 255);
    s->y[i] = b->labels[b->order[start + i]];
  }
}

/* sums[r] += factors[r][step] * rows[step] over all steps, one after the other. The factors lie
   `apart` numbers from block to block, and `next` from step to step. Of AVX-512's 32 registers 16
   hold the sums of all units at once; elsewhere 8 of 16 registers hold those of 16 units. Either
   way each number that is read takes part in several sums, and the sums are the same. */
INLINE void add_products(const float *factors, Py_ssize_t apart, Py_ssize_t next,
                         const float (*rows)[WIDTH], Py_ssize_t steps, float (*sums)[WIDTH],
                         int wide) {
  if (wide) {
    vector held[BLOCK][VECTORS];
    memcpy(held, sums, sizeof held);
    for (Py_ssize_t step = 0; step < steps; step++)
#pragma GCC unroll 4
      for (int r = 0; r < BLOCK; r++)
#pragma GCC unroll 4
        for (int c = 0; c < VECTORS; c++)
          held[r][c] += factors[r * apart + step * next] * ((const vector *)rows[step])[c];
    memcpy(sums, held, sizeof held);
    return;
  }
  for (int first = 0; first < WIDTH; first += HALVES * HALF_LANES) {
    half held[BLOCK][HALVES];
    for (int r = 0; r < BLOCK; r++) memcpy(held[r], sums[r] + first, sizeof held[r]);
    for (Py_ssize_t step = 0; step < steps; step++)
#pragma GCC unroll 4
      for (int r = 0; r < BLOCK; r++)
#pragma GCC unroll 2
        for (int c = 0; c < HALVES; c++)
          held[r][c] += factors[r * apart + step * next] * ((const half *)(rows[step] + first))[c];
    for (int r = 0; r < BLOCK; r++) memcpy(sums[r] + first, held[r], sizeof held[r]);
  }
}

WIDEST static void forward(Slice *s, float (*logits)[CLASSES], Py_ssize_t n, int wide) {
  for (Py_ssize_t i = 0; i < n; i += BLOCK) {
    _Alignas(64) float sums[BLOCK][WIDTH];
    for (int r = 0; r < BLOCK; r++) memcpy(sums[r], s->in[0][PIXELS], sizeof sums[r]);
    add_products(s->x[i], PIXELS, 1, s->in[0], PIXELS, sums, wide);
    for (int r = 0; r < BLOCK; r++)
      for (int j = 0; j < WIDTH; j++) s->hidden[i + r][j] = sums[r][j] > 0 ? sums[r][j] : 0;
  }
  for (Py_ssize_t i = 0; i < n; i++)
    for (int c = 0; c < CLASSES; c++) {
      vector sum = {0};
      for (int v = 0; v < VECTORS; v++)
        sum += ((vector *)s->hidden[i])[v] * ((vector *)s->out[0][c])[v];
      float total = 0;
      for (int lane = 0; lane < LANES; lane++) total += sum[lane];
      logits[i][c] = total;
    }
}

/* Adds the slices' logits; d_logits = (softmax - one-hot) / n. */
static void loss_gradient(Slice *slices, int count, Slice *s, int parity, Py_ssize_t n) {
  for (Py_ssize_t i = 0; i < n; i++) {
    float z[CLASSES], sum = 0;
    int best = 0;
    for (int c = 0; c < CLASSES; c++) {
      z[c] = s->bias[0][c];
      for (int k = 0; k < count; k++) z[c] += slices[k].logits[parity][i][c];
      if (z[c] > z[best]) best = c;
    }
    for (int c = 0; c < CLASSES; c++) sum += s->d_logits[i][c] = expf(z[c] - z[best]);
    for (int c = 0; c < CLASSES; c++)
      s->d_logits[i][c] = (s->d_logits[i][c] / sum - (c == s->y[i])) / n;
    s->loss += logf(sum) + z[best] - z[s->y[i]];
    s->correct += best == s->y[i];
  }
  s->finite += isfinite(s->loss) != 0;
}

WIDEST static void update_output(Slice *s, const Adam *a, Py_ssize_t n) {
  float d_bias[LANES] = {0};
  for (int c = 0; c < CLASSES; c++) {
    float g[WIDTH] = {0};
    for (Py_ssize_t i = 0; i < n; i++) {
      for (int j = 0; j < WIDTH; j++) g[j] += s->d_logits[i][c] * s->hidden[i][j];
      d_bias[c] += s->d_logits[i][c];
    }
    update(a, g, s->out[0][c], s->out[1][c], s->out[2][c], WIDTH);
  }
  update(a, d_bias, s->bias[0], s->bias[1], s->bias[2], CLASSES);
}

WIDEST static void hidden_gradient(Slice *s, Py_ssize_t n) {
  for (Py_ssize_t i = 0; i < n; i++) {
    float d[WIDTH] = {0};
    for (int c = 0; c < CLASSES; c++)
      for (int j = 0; j < WIDTH; j++) d[j] += s->d_logits[i][c] * s->out[0][c][j];
    for (int j = 0; j < WIDTH; j++) s->d_hidden[i][j] = s->hidden[i][j] > 0 ? d[j] : 0;
  }
}

/* The gradient of four rows is used up by Adam before the next four. */
WIDEST static void update_hidden(Slice *s, const Adam *a, Py_ssize_t n, int wide) {
  for (int k = 0; k < PIXELS; k += BLOCK) {
    _Alignas(64) float g[BLOCK][WIDTH] = {0};
    add_products(s->x[0] + k, 1, PIXELS, s->d_hidden, n, g, wide);
    update(a, g[0], s->in[0][k], s->in[1][k], s->in[2][k], BLOCK * WIDTH);
  }
  float d_bias[WIDTH] = {0};
  for (Py_ssize_t i = 0; i < n; i++)
    for (int j = 0; j < WIDTH; j++) d_bias[j] += s->d_hidden[i][j];
  update(a, d_bias, s->in[0][PIXELS], s->in[1][PIXELS], s->in[2][PIXELS], WIDTH);
}

static void backward(Slice *slices, int count, Slice *s, const Adam *a, int parity, Py_ssize_t n,
                     int wide) {
  loss_gradient(slices, count, s, parity, n);
  hidden_gradient(s, n);
  update_output(s, a, n);
  update_hidden(s, a, n, wide);
}

static Adam at_step(double rate, double beta1, double beta2, double epsilon, double step) {
  return (Adam){(float)(rate / (1 - pow(beta1, step))), (float)beta1, (float)beta2, (float)epsilon,
                (float)(1 / sqrt(1 - pow(beta2, step)))};
}

static void train(Slice *slices, int count, const Batches *b, Py_ssize_t total,
                  const double *rates, double beta1, double beta2, double epsilon, long long steps,
                  int threads) {
  int wide = has_wide_registers();
#pragma omp parallel num_threads(threads)
  for (Py_ssize_t start = 0; start < total; start += b->batch) {
    Py_ssize_t n = total - start < b->batch ? total - start : b->batch;
    long long step = steps + start / b->batch + 1;
    int parity = step % 2;
    Adam a = at_step(rates[start / b->batch], beta1, beta2, epsilon, (double)step);
#pragma omp for schedule(static)
    for (int k = 0; k < count; k++) {
      gather(slices + k, b, start, n);
      forward(slices + k, slices[k].logits[parity], n, wide);
    }
#pragma omp for schedule(static) nowait
    for (int k = 0; k < count; k++) backward(slices, count, slices + k, &a, parity, n, wide);
  }
}

/* ---- between PyTorch's layout (units, inputs) and the slices ---- */

static void pack(Slice *s, int k, Py_ssize_t hidden, float *const buffers[3][4]) {
  for (int kind = 0; kind < 3; kind++) {
    float *const *p = buffers[kind];
    for (int j = 0; j < WIDTH; j++) {
      for (int i = 0; i < PIXELS; i++) s->in[kind][i][j] = p[0][(k * WIDTH + j) * PIXELS + i];
      s->in[kind][PIXELS][j] = p[1][k * WIDTH + j];
      for (int c = 0; c < CLASSES; c++) s->out[kind][c][j] = p[2][c * hidden + k * WIDTH + j];
    }
    memcpy(s->bias[kind], p[3], CLASSES * sizeof(float));
  }
}

static void unpack(const Slice *s, int k, Py_ssize_t hidden, float *const buffers[3][4]) {
  for (int kind = 0; kind < 3; kind++) {
    float *const *p = buffers[kind];
    for (int j = 0; j < WIDTH; j++) {
      for (int i = 0; i < PIXELS; i++) p[0][(k * WIDTH + j) * PIXELS + i] = s->in[kind][i][j];
      p[1][k * WIDTH + j] = s->in[kind][PIXELS][j];
      for (int c = 0; c < CLASSES; c++) p[2][c * hidden + k * WIDTH + j] = s->out[kind][c][j];
    }
    memcpy(p[3], s->bias[kind], CLASSES * sizeof(float));
  }
}

static void *aligned(size_t bytes) {
  size_t whole = (bytes + 63) / 64 * 64;
  void *memory = aligned_alloc(64, whole);
  return memory ? memset(memory, 0, whole) : NULL;
}

static int reserve(Slice *s, Py_ssize_t rows) {
  s->x = aligned(rows * sizeof *s->x);
  s->hidden = aligned(rows * sizeof *s->hidden);
  s->d_hidden = aligned(rows * sizeof *s->d_hidden);
  s->d_logits = aligned(rows * sizeof *s->d_logits);
  s->logits[0] = aligned(rows * sizeof *s->logits[0]);
  s->logits[1] = aligned(rows * sizeof *s->logits[1]);
  s->y = aligned(rows);
  return s->x && s->hidden && s->d_hidden && s->d_logits && s->logits[0] && s->logits[1] && s->y;
}

static void release(Slice *slices, int count) {
  for (int k = 0; slices && k < count; k++) {
    Slice *s = slices + k;
    free(s->x), free(s->hidden), free(s->d_hidden), free(s->d_logits);
    free(s->logits[0]), free(s->logits[1]), free(s->y);
  }
  free(slices);
}

/* ---- the Python side ---- */

static const char *fault(const Py_buffer *v, Py_ssize_t hidden, Py_ssize_t batch, int threads) {
  Py_ssize_t pictures = v[1].len, steps = v[2].len / 8;
  const long long *order = v[2].buf;
  const Py_ssize_t sizes[4] = {hidden * PIXELS, hidden, hidden * CLASSES, CLASSES};
  if (hidden < WIDTH || hidden % WIDTH) return "hidden units must be a multiple of 64";
  if (batch < 1 || threads < 1) return "batch and threads must be at least 1";
  if (v[15].len / 8 < (steps + batch - 1) / batch) return "every step needs a learning rate";
  if (v[0].len != pictures * PIXELS) return "pixels and labels must have the same count";
  for (int i = 0; i < 12; i++)
    if (v[3 + i].len != sizes[i % 4] * 4) return "weights and moments must be float32 of one network";
  for (Py_ssize_t i = 0; i < steps; i++)
    if (order[i] < 0 || order[i] >= pictures) return "order must hold indices of pictures";
  for (Py_ssize_t i = 0; i < pictures; i++)
    if (((unsigned char *)v[1].buf)[i] >= CLASSES) return "labels must be 0 to 9";
  return NULL;
}

static PyObject *run(const Py_buffer *v, Py_ssize_t batch, double beta1, double beta2,
                     double epsilon, long long steps, int threads) {
  Py_ssize_t hidden = v[4].len / 4, total = v[2].len / 8;
  int count = (int)(hidden / WIDTH), ready = 1;
  float *buffers[3][4];
  for (int i = 0; i < 12; i++) buffers[i / 4][i % 4] = v[3 + i].buf;
  Batches b = {v[0].buf, v[1].buf, v[2].buf, batch, (batch + BLOCK - 1) / BLOCK * BLOCK};
  Slice *slices = aligned(count * sizeof *slices);
  for (int k = 0; slices && k < count; k++) ready &= reserve(slices + k, b.rows);
  if (!slices || !ready) {
    release(slices, count);
    return PyErr_NoMemory();
  }
  Py_BEGIN_ALLOW_THREADS;
  for (int k = 0; k < count; k++) pack(slices + k, k, hidden, buffers);
  train(slices, count, &b, total, v[15].buf, beta1, beta2, epsilon, steps, threads);
  for (int k = 0; k < count; k++) unpack(slices + k, k, hidden, buffers);
  Py_END_ALLOW_THREADS;
  PyObject *result = Py_BuildValue("dLL", slices[0].loss, slices[0].correct, slices[0].finite);
  release(slices, count);
  return result;
}

static PyObject *epoch(PyObject *self, PyObject *args) {
  Py_buffer v[16];
  Py_ssize_t batch;
  double beta1, beta2, epsilon;
  long long steps;
  int threads;
  /* Flat, because CPython reserves no room for the buffers of nested tuples. */
  if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*w*w*w*w*w*w*w*w*w*y*ndddLi", &v[0], &v[1], &v[2], &v[3],
                        &v[4], &v[5], &v[6], &v[7], &v[8], &v[9], &v[10], &v[11], &v[12], &v[13],
                        &v[14], &v[15], &batch, &beta1, &beta2, &epsilon, &steps, &threads))
    return NULL;
  const char *wrong = fault(v, v[4].len / 4, batch, threads);
  PyObject *result = NULL;
  if (wrong) PyErr_SetString(PyExc_ValueError, wrong);
  else result = run(v, batch, beta1, beta2, epsilon, steps, threads);
  for (int i = 0; i < 16; i++) PyBuffer_Release(&v[i]);
  return result;
}

static PyMethodDef methods[] = {
    {"epoch", epoch, METH_VARARGS,
     "epoch(pixels, labels, order, *weights, *first_moments, *second_moments,\n"
     "      learning_rates, batch, beta1, beta2, epsilon, steps_done, threads)\n"
     "-> (sum of losses, count of right answers, count of steps with a finite loss)\n"
     "\n"
     "pixels uint8 (n, 784), labels uint8 (n,), order int64 (m,); each of the three groups is\n"
     "hidden weight, hidden bias, output weight, output bias, float32, updated in place;\n"
     "learning_rates float64, one a step."},
    {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_dense", NULL, -1, methods,
                                    NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit__dense(void) {
  PyObject *made = PyModule_Create(&module);
  if (made && (PyModule_AddIntConstant(made, "inputs", PIXELS) ||
               PyModule_AddIntConstant(made, "outputs", CLASSES))) {
    Py_DECREF(made);
    return NULL;
  }
  return made;
}
