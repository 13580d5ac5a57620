/* One fused step of the network, built for one shape on the user's machine: native.py has the sizes as macros
   R, S, L, Q (levels), O (outputs), NT, NQ (taps), HATS, HAS_PRIOR, and the numbers of prediction.py.
   The same as kernel.py, on the same arrays. Each input adds a row of weights to all outputs, so that the compiler
   computes many outputs at once; exponentials are short polynomials for the same reason. The prior is in double. */
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const int64_t *dilations, *offsets;
    const double *centres, *edges;                                                /* (Q), (Q - 1) */
    const float *now, *past, *near, *wide, *gates, *out, *out_bias;               /* as Packed has them */
    const float *hidden, *hidden_bias, *head, *head_bias;
    int64_t *n_read, *last;                                                       /* as State has them */
    float *rings;
    const double *fading;                                                         /* (NT) */
    double *taps, *weights, *inverse, *errors, *each, *width, *place;             /* as Adaptive has them */
    const float *told;                                                            /* (n, L, 2 R) */
    const double *rows, *waves;                                                   /* (n, NQ + 1), (n, T) */
    const double *uniforms;                                                       /* (n, T) */
    const int64_t *given;                                                         /* (n, T) */
    int64_t *codes;                                                               /* (n, T) */
    float *logits;                                                                /* (n, T, Q), or null */
} Call;

#define BLOCKS ((Q + 15) / 16)

/* y (n_out) += x (n_in) @ rows (n_in, n_out). Up to eight vectors of outputs stay in registers for all inputs. */
typedef float vector __attribute__((vector_size(64), aligned(4), may_alias));
#define WIDTH 16
#define INLINE static inline __attribute__((always_inline))

INLINE void add_vectors(float *y, const float *x, const float *rows, int n_in, int n_out, const int n) {
    vector sums[8];
#pragma GCC unroll 8
    for (int i = 0; i < n; i++) sums[i] = *(const vector *)(y + WIDTH * i);
    for (int j = 0; j < n_in; j++) {
        const float value = x[j], *row = rows + (size_t)j * n_out;
#pragma GCC unroll 8
        for (int i = 0; i < n; i++) sums[i] += value * *(const vector *)(row + WIDTH * i);
    }
#pragma GCC unroll 8
    for (int i = 0; i < n; i++) *(vector *)(y + WIDTH * i) = sums[i];
}

INLINE void add_rows(float *y, const float *x, const float *rows, const int n_in, const int n_out) {
    int k = 0;
    for (; k + 8 * WIDTH <= n_out; k += 8 * WIDTH) add_vectors(y + k, x, rows + k, n_in, n_out, 8);
    const int rest = n_out % (8 * WIDTH);
    if (rest / WIDTH == 7) add_vectors(y + k, x, rows + k, n_in, n_out, 7);
    if (rest / WIDTH == 6) add_vectors(y + k, x, rows + k, n_in, n_out, 6);
    if (rest / WIDTH == 5) add_vectors(y + k, x, rows + k, n_in, n_out, 5);
    if (rest / WIDTH == 4) add_vectors(y + k, x, rows + k, n_in, n_out, 4);
    if (rest / WIDTH == 3) add_vectors(y + k, x, rows + k, n_in, n_out, 3);
    if (rest / WIDTH == 2) add_vectors(y + k, x, rows + k, n_in, n_out, 2);
    if (rest / WIDTH == 1) add_vectors(y + k, x, rows + k, n_in, n_out, 1);
    k += rest / WIDTH * WIDTH;
    for (int j = 0; k < n_out && j < n_in; j++)
        for (int i = k; i < n_out; i++) y[i] += x[j] * rows[(size_t)j * n_out + i];
}

/* Eight sums at once: one alone would wait for itself. */
static inline double dot(const double *x, const double *y, int n) {
    double sums[8] = {0}, total = 0;
    int k = 0;
    for (; k + 8 <= n; k += 8)
        for (int i = 0; i < 8; i++) sums[i] += x[k + i] * y[k + i];
    for (; k < n; k++) total += x[k] * y[k];
    for (int i = 0; i < 8; i++) total += sums[i];
    return total;
}

static void learn(const double *taps, double *weights, double *inverse, int n, double memory, double error) {
    double toward[NT] = {0}, trace = 0;
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++) toward[k] += inverse[j * NT + k] * taps[j];
    const double share = 1 / (memory + dot(toward, taps, n)), root = sqrt(share);
    for (int k = 0; k < n; k++) weights[k] = weights[k] * (1 - LEAK) + toward[k] * (share * error);
    for (int k = 0; k < n; k++) toward[k] *= root;
    for (int k = 0; k < n; k++) trace += inverse[k * NT + k] - toward[k] * toward[k];
    const double factor = trace < MOST_TRACE * n ? 1 / memory : 1.0;
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++) inverse[j * NT + k] = (inverse[j * NT + k] - toward[j] * toward[k]) * factor;
}

static int begin_again(double *weights, double *inverse, int n) {
    int is_wild = 0;
    for (int k = 0; k < n; k++) is_wild |= !(fabs(weights[k]) < TOO_LARGE);
    if (!is_wild) return 0;
    memset(weights, 0, NT * sizeof(double));
    memset(inverse, 0, NT * NT * sizeof(double));
    for (int k = 0; k < NT; k++) inverse[k * NT + k] = 1 / RIDGE;
    return 1;
}

/* Where the next sample lies and how wide around it, leaning on a row of an outline and on a note's waveform. */
static void foreseen(const Call *c, int64_t v, double leans, const double *row, double wave, double *place,
                     double *width) {
    *place = c->place[v], *width = c->width[v];
    if (leans == 0) return;
    const double outlined = fmin(1.0, fmax(-1.0, dot(row, c->taps + v * NT, NQ)));
    *place = fmin(1.0, fmax(-1.0, wave + (1 - leans) * *place + leans * outlined));
    *width = exp((1 - leans) * log(*width) + leans * row[NQ]);
}

/* The next sample of a voice, but for what it leant on, was this, and missed by so much. */
static void observe(const Call *c, int64_t v, double sample, double missed) {
    double *taps = c->taps + v * NT, *errors = c->errors + 2 * v, *each = c->each + 2 * v;
    double *weights = c->weights + v * 2 * NT, *inverse = c->inverse + v * 2 * NT * NT;
    const double miss[2] = {sample - each[0], sample - each[1]};
    learn(taps, weights, inverse, NT, SLOW, miss[0]);
    learn(taps, weights + NT, inverse + NT * NT, NQ, QUICK, miss[1]);
    for (int w = 0; w < 2; w++)
        errors[w] = fmax(errors[w] * ERROR_MEMORY + (1 - ERROR_MEMORY) * fabs(miss[w]), LEAST_ERROR);
    const double recent = c->width[v] * SCALE_MEMORY + (1 - SCALE_MEMORY) * fabs(missed);
    c->width[v] = fmin(fmax(recent, LEAST_SCALE), MOST_SCALE);
    memmove(taps + 1, taps, (NT - 1) * sizeof(double));
    taps[0] = sample;
    c->width[v] = fmin(c->width[v], MOST_SHARE * sqrt(dot(taps, taps, NT) / NT) + QUIET);
    double faded[NT], total = 0, trusted = 0;
    int is_wild = 0;
    for (int k = 0; k < NT; k++) faded[k] = c->fading[k] * taps[k];
    for (int w = 0; w < 2; w++) {
        const int n = w ? NQ : NT;
        each[w] = fmin(1.0, fmax(-1.0, dot(weights + w * NT, taps, n)));
        if (begin_again(weights + w * NT, inverse + w * NT * NT, n)) each[w] = 0, is_wild = 1;
        const double square = errors[w] * errors[w], trust = 1 / (square * square);
        total += trust * fmin(1.0, fmax(-1.0, dot(weights + w * NT, faded, n)));
        trusted += trust;
    }
    c->place[v] = is_wild ? 0.0 : total / trusted;
}

/* x (n) becomes its exponential, for x from -700 to 0. */
static inline void exp_all(double *restrict x, int n) {
    for (int k = 0; k < n; k++) {
        const double shifted = x[k] * 1.4426950408889634 + 6755399441055744.0; /* 1.5 * 2^52: rounds, keeps the bits */
        const double whole = shifted - 6755399441055744.0, r = x[k] - whole * 0.6931471805599453;
        union { double f; int64_t i; } power = {.f = shifted};
        power.i = (power.i + 1023) << 52;
        double p = 1 / 3628800.0 * r + 1 / 362880.0;
        p = p * r + 1 / 40320.0;
        p = p * r + 1 / 5040.0;
        p = p * r + 1 / 720.0;
        p = p * r + 1 / 120.0;
        p = p * r + 1 / 24.0;
        p = p * r + 1 / 6.0;
        p = p * r + 0.5;
        p = p * r + 1.0;
        x[k] = (p * r + 1.0) * power.f;
    }
}

static inline float exp_of(float x) {
    x = x > 80.f ? 80.f : x < -80.f ? -80.f : x;
    const float shifted = x * 1.44269504f + 12582912.f, whole = shifted - 12582912.f; /* 1.5 * 2^23 */
    const float r = x - whole * 0.693359375f + whole * 2.12194440e-4f;               /* ln 2 in two parts */
    union { float f; int32_t i; } power = {.f = shifted};
    power.i = (power.i + 127) << 23;
    float p = 1 / 5040.f * r + 1 / 720.f;
    p = p * r + 1 / 120.f;
    p = p * r + 1 / 24.f;
    p = p * r + 1 / 6.f;
    p = p * r + 0.5f;
    p = p * r + 1.f;
    return (p * r + 1.f) * power.f;
}

/* (Q) the probabilities of the codes under the prior. */
static void cells_of(const double *restrict edges, double place, double width, double *restrict cells) {
    double tails[Q];
    const double inverse = 1 / width, floor_ = FLOOR / Q;
    for (int k = 0; k < Q - 1; k++) {
        const double z = -fabs(edges[k] - place) * inverse;
        tails[k] = z < -700 ? -700 : z;
    }
    exp_all(tails, Q - 1);
    for (int k = 1; k < Q - 1; k++) {
        const double low = 0.5 * tails[k - 1], high = 0.5 * tails[k];
        const double apart = fabs(high - low), both = 1 - low - high;
        cells[k] = (1 - FLOOR) * ((edges[k - 1] <= place) & (edges[k] >= place) ? both : apart) + floor_;
    }
    const double first = 0.5 * tails[0], last = 0.5 * tails[Q - 2];
    cells[0] = (1 - FLOOR) * (edges[0] < place ? first : 1 - first) + floor_;
    cells[Q - 1] = (1 - FLOOR) * (edges[Q - 2] < place ? 1 - last : last) + floor_;
}

static void between(float *h, const float *table, double place) {
    int below = (int)place;
    below = below < 0 ? 0 : below > HATS - 2 ? HATS - 2 : below;
    const float share = (float)(place - below), *row = table + below * R;
    for (int k = 0; k < R; k++) h[k] += row[k] * (1 - share) + row[R + k] * share;
}

/* A code by its probability at this temperature, from a number in [0, 1). */
static int64_t draw(const float *head, const double *cells, double temperature, double uniform) {
    double chances[Q], top = -1e300, total = 0;
    const int is_plain = temperature == 1.0;
    for (int k = 0; k < Q; k++) chances[k] = HAS_PRIOR && !is_plain ? head[k] + log(cells[k]) : head[k];
    for (int k = 0; k < Q; k++) top = chances[k] > top ? chances[k] : top;
    for (int k = 0; k < Q; k++) {
        const double x = (chances[k] - top) / temperature;
        chances[k] = x < -700 ? -700 : x;
    }
    exp_all(chances, Q);
    if (HAS_PRIOR && is_plain)
        for (int k = 0; k < Q; k++) chances[k] *= cells[k];
    double sums[BLOCKS] = {0};
    for (int k = 0; k < Q; k++) sums[k / 16] += chances[k];
    for (int b = 0; b < BLOCKS; b++) total += sums[b];
    double rest = uniform * total;
    int b = 0;
    for (; b < BLOCKS - 1 && rest >= sums[b]; b++) rest -= sums[b];
    for (int k = 16 * b; k < Q; k++) {
        rest -= chances[k];
        if (rest < 0) return k;
    }
    return Q - 1;
}

static void layer(const Call *c, const float *told, float *restrict ring, int i, float *restrict h,
                  float *restrict skip) {
    float gates[2 * R], u[R], out[R + S];
    const float *rows = c->gates + (size_t)i * 4 * R * R;
    memcpy(gates, told, sizeof gates);
    add_rows(gates, ring, rows, R, 2 * R);
    add_rows(gates, h, rows + 2 * R * R, R, 2 * R);
    memcpy(ring, h, R * sizeof(float));
    for (int k = 0; k < R; k++) {
        const float both = 1 + exp_of(2 * gates[k]);
        u[k] = (1 - 2 / both) / (1 + exp_of(-gates[R + k]));
    }
    memcpy(out, c->out_bias + i * (R + S), sizeof out);
    add_rows(out, u, c->out + (size_t)i * R * (R + S), R, R + S);
    for (int k = 0; k < R; k++) h[k] += out[k];
    for (int k = 0; k < S; k++) skip[k] += out[R + k];
}

static void sample(const Call *c, int64_t v, int64_t t, const float *told, double place, double width, float *head) {
    float h[R], skip[S] = {0}, hidden[S];
    int64_t n_ring = c->offsets[L - 1] + c->dilations[L - 1];
    for (int k = 0; k < R; k++) h[k] = c->now[c->last[2 * v] * R + k] + c->past[c->last[2 * v + 1] * R + k];
    if (HAS_PRIOR) {
        const double y = log1p((Q - 1) * fabs(place)) / log(Q);
        between(h, c->near, 0.5 * ((place < 0 ? -y : y) + 1) * (HATS - 1));
        between(h, c->wide, fmin(16, fmax(0, log2(width) + 16)) * ((HATS - 1) / 16.0));
    }
    for (int i = 0; i < L; i++) {
        float *ring = c->rings + (v * n_ring + c->offsets[i] + t % c->dilations[i]) * R;
        layer(c, told + i * 2 * R, ring, i, h, skip);
    }
    for (int k = 0; k < S; k++) skip[k] = skip[k] > 0 ? skip[k] : 0;
    memcpy(hidden, c->hidden_bias, sizeof hidden);
    add_rows(hidden, skip, c->hidden, S, S);
    for (int k = 0; k < S; k++) hidden[k] = hidden[k] > 0 ? hidden[k] : 0;
    memcpy(head, c->head_bias, O * sizeof(float));
    add_rows(head, hidden, c->head, S, O);
}

/* n voices, T samples each. */
void advance(const Call *c, int64_t n, int64_t n_samples, double temperature, double leans) {
    float head[O];
    double cells[Q], place = 0, width = 1;
    for (int k = 0; k < Q; k++) cells[k] = 1;
    for (int64_t v = 0; v < n; v++)
        for (int64_t i = 0; i < n_samples; i++) {
            const int64_t at = v * n_samples + i;
            if (HAS_PRIOR) foreseen(c, v, leans, c->rows + v * (NQ + 1), c->waves[at], &place, &width);
            sample(c, v, *c->n_read + i, c->told + v * L * 2 * R, place, width, head);
            if (HAS_PRIOR) {
                const double by = WIDEST * tanh(head[Q] / WIDEST), wider = exp(WIDEST * tanh(head[O - 1] / WIDEST));
                cells_of(c->edges, place + width * by, fmax(width * wider, LEAST_SCALE), cells);
            }
            if (c->logits)
                for (int k = 0; k < Q; k++) c->logits[at * Q + k] = (float)(head[k] + log(cells[k]));
            int64_t code = c->given[at];
            if (code < 0) code = draw(head, cells, temperature, c->uniforms[at]);
            c->codes[at] = code;
            c->last[2 * v + 1] = c->last[2 * v];
            c->last[2 * v] = code;
            if (HAS_PRIOR) observe(c, v, c->centres[code] - (leans == 0 ? 0 : c->waves[at]), c->centres[code] - place);
        }
    *c->n_read += n_samples;
}

/* The prior of a whole clip (T); each row is for so many samples, the last for all that follow. */
void predict(const Call *c, int64_t n_samples, double leans, int64_t n_rows, int64_t row_samples,
             const double *samples, double *places, double *widths) {
    for (int64_t t = 0; t < n_samples; t++) {
        const int64_t at = t / row_samples < n_rows ? t / row_samples : n_rows - 1;
        const double wave = leans == 0 ? 0 : c->waves[t];
        foreseen(c, 0, leans, c->rows + at * (NQ + 1), wave, places + t, widths + t);
        observe(c, 0, samples[t] - wave, samples[t] - places[t]);
    }
}
