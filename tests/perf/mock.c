/* A scripted chat endpoint with a log of what it really did and when: the ground truth of tests/perf.

   One thread, one epoll, one heap of deadlines behind a timerfd. It must never be the limit of a measurement.

       mock CORE      serves on a free port of 127.0.0.1, pinned to that core; prints the port; ends with its stdin

   POST .../chat/completions and .../messages stream the answer that the body's model name scripts, e.g.
   "mock-t400-n50-i20": first content 400 ms after the request was read (t500u: 500 us), 50 pieces of content, 20 ms
   apart, each at its own deadline. The head and the protocol's opening events, which carry no content, go out at
   once. The first piece of the answer is the request's number in the log.

   A body without "stream": true gets the same answer whole, when its last piece is due.

   GET /__log     [[number, received, first, last, done], ...]; times are CLOCK_MONOTONIC ns, taken just before the
                  write, and 0 where it has not happened
   GET /__reset   empties the log */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, REQUEST_BYTES = 1 << 20, EVENTS_BYTES = 4096, EPOLL_EVENTS = 256 };

struct answer {
    int64_t received, first, last, done;
};

struct connection {
    int fd;
    int slot; /* its place in the heap; -1 while no answer is due */
    char *request;
    size_t length;
    bool anthropic, whole; /* whole: the body did not ask for a stream */
    size_t number; /* of the answer, an index of the log */
    int64_t due, interval;
    int pieces, sent;
};

static struct connection *connections[CONNECTIONS]; /* by file descriptor */
static struct connection *heap[CONNECTIONS];
static int waiting;
static struct answer *answers;
static size_t answered, room;
static int poller, timer;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* The heap of connections, the earliest deadline first. */

static void put(int slot, struct connection *c) {
    heap[slot] = c;
    c->slot = slot;
}

static void settle(int slot) {
    struct connection *c = heap[slot];
    for (; slot && heap[(slot - 1) / 2]->due > c->due; slot = (slot - 1) / 2)
        put(slot, heap[(slot - 1) / 2]);
    for (int child; (child = 2 * slot + 1) < waiting; slot = child) {
        if (child + 1 < waiting && heap[child + 1]->due < heap[child]->due)
            child++;
        if (heap[child]->due >= c->due)
            break;
        put(slot, heap[child]);
    }
    put(slot, c);
}

static void enqueue(struct connection *c) {
    put(waiting++, c);
    settle(c->slot);
}

static void dequeue(struct connection *c) {
    int slot = c->slot;
    c->slot = -1;
    if (slot != --waiting) {
        put(slot, heap[waiting]);
        settle(slot);
    }
}

/* Sends everything; a client that does not read holds up all others, so no measured client may be one. */
static void send_all(struct connection *c, const char *data, size_t length) {
    while (length) {
        ssize_t done = write(c->fd, data, length);
        if (done < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = c->fd, .events = POLLOUT}, 1, 1000);
        else if (done < 0)
            return; /* it hung up; the poller will tell */
        else
            data += done, length -= done;
    }
}

/* A text that grows by printf. */
struct text {
    char bytes[EVENTS_BYTES];
    int length;
};

static void add(struct text *text, const char *format, ...) {
    va_list values;
    va_start(values, format);
    text->length += vsnprintf(text->bytes + text->length, EVENTS_BYTES - text->length, format, values);
    va_end(values);
    if (text->length >= EVENTS_BYTES)
        errno = ENOBUFS, fail("an event");
}

/* Sends events as one HTTP chunk. */
static void send_chunk(struct connection *c, const struct text *events, const char *head, const char *tail) {
    char chunk[2 * EVENTS_BYTES];
    int length = snprintf(chunk, sizeof chunk, "%s%x\r\n%s\r\n%s", head, events->length, events->bytes, tail);
    send_all(c, chunk, length);
}

static void chat_event(struct text *events, size_t number, const char *choices, const char *usage) {
    add(events,
        "data: {\"id\":\"chatcmpl-%zu\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\","
        "\"choices\":%s%s}\n\n",
        number, choices, usage);
}

static void begin(struct connection *c) {
    char head[256];
    struct text events = {.length = 0};
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
             "x-request-id: %zu\r\n\r\n",
             c->number);
    if (c->anthropic)
        add(&events,
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_%zu\",\"type\":"
            "\"message\",\"role\":\"assistant\",\"model\":\"mock\",\"content\":[],\"stop_reason\":null,"
            "\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n"
            "event: ping\ndata: {\"type\":\"ping\"}\n\n"
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
            "{\"type\":\"text\",\"text\":\"\"}}\n\n",
            c->number);
    else
        chat_event(&events, c->number,
                   "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]", "");
    send_chunk(c, &events, head, "");
}

static void piece(struct connection *c) {
    char content[32], choices[128];
    struct text events = {.length = 0};
    snprintf(content, sizeof content, c->sent ? " w%zu" : "%zu", c->sent ? (size_t)c->sent : c->number);
    if (c->anthropic) {
        add(&events,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
            "{\"type\":\"text_delta\",\"text\":\"%s\"}}\n\n",
            content);
    } else {
        snprintf(choices, sizeof choices, "[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]",
                 content);
        chat_event(&events, c->number, choices, "");
    }
    answers[c->number].last = now();
    if (!c->sent)
        answers[c->number].first = answers[c->number].last;
    send_chunk(c, &events, "", "");
    c->sent++;
}

/* The whole answer as one JSON document. */
static void send_whole(struct connection *c) {
    char head[160];
    struct text body = {.length = 0};
    if (c->anthropic)
        add(&body,
            "{\"type\":\"message\",\"id\":\"msg_%zu\",\"role\":\"assistant\",\"model\":\"mock\",\"content\":[{\"type\":"
            "\"text\",\"text\":\"%zu\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"output_tokens\":%d}}",
            c->number, c->number, c->pieces);
    else
        add(&body,
            "{\"id\":\"chatcmpl-%zu\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock\",\"choices\":[{"
            "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%zu\"},\"finish_reason\":\"stop\"}],\"usage\":{"
            "\"prompt_tokens\":10,\"completion_tokens\":%d,\"total_tokens\":%d}}",
            c->number, c->number, c->pieces, 10 + c->pieces);
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                          "x-request-id: %zu\r\n\r\n",
                          body.length, c->number);
    struct answer *answer = &answers[c->number];
    answer->first = answer->last = answer->done = now();
    send_all(c, head, length);
    send_all(c, body.bytes, body.length);
}

static void finish(struct connection *c) {
    char usage[96];
    struct text events = {.length = 0};
    if (c->whole) {
        send_whole(c);
        return;
    }
    if (c->anthropic) {
        add(&events,
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
            "\"usage\":{\"output_tokens\":%d}}\n\n"
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            c->pieces);
    } else {
        snprintf(usage, sizeof usage, ",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":%d}", c->pieces);
        chat_event(&events, c->number, "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]", "");
        chat_event(&events, c->number, "[]", usage);
        add(&events, "data: [DONE]\n\n");
    }
    answers[c->number].done = now();
    send_chunk(c, &events, "", "0\r\n\r\n");
}

/* Sends what is due and sets the timer to what comes next. */
static void serve_due(void) {
    while (waiting && heap[0]->due <= now()) {
        struct connection *c = heap[0];
        if (c->sent < c->pieces)
            piece(c);
        if (c->sent == c->pieces) {
            dequeue(c);
            finish(c);
        } else {
            c->due += c->interval;
            settle(0);
        }
    }
    int64_t due = waiting ? heap[0]->due : 0; /* 0 stops the timer */
    struct itimerspec at = {.it_value = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void ask(struct connection *c, const char *model) {
    int64_t received = now(), first = 0;
    c->pieces = 1, c->sent = 0, c->interval = 0;
    for (const char *at = model; *at && *at != '"'; at++) {
        if (at[0] != '-')
            continue;
        char *end;
        long value = strtol(at + 2, &end, 10);
        if (at[1] == 't')
            first = value * (*end == 'u' ? 1000 : 1000000);
        else if (at[1] == 'n')
            c->pieces = value;
        else if (at[1] == 'i')
            c->interval = value * (*end == 'u' ? 1000 : 1000000);
    }
    if (answered == room && !(answers = realloc(answers, (room += 4096) * sizeof *answers)))
        fail("log");
    c->number = answered++;
    answers[c->number] = (struct answer){.received = received};
    c->due = received + first;
    if (c->whole)
        c->due += (c->pieces - 1) * c->interval, c->sent = c->pieces;
    else
        begin(c);
    enqueue(c);
}

static void reply(struct connection *c, int status, const char *body, size_t length) {
    char head[128];
    int size = snprintf(head, sizeof head, "HTTP/1.1 %d -\r\nContent-Length: %zu\r\n\r\n", status, length);
    send_all(c, head, size);
    send_all(c, body, length);
}

static void tell_log(struct connection *c) {
    char *body;
    size_t length;
    FILE *out = open_memstream(&body, &length);
    fprintf(out, "[");
    for (size_t n = 0; n < answered; n++)
        fprintf(out, "%s[%zu,%ld,%ld,%ld,%ld]", n ? "," : "", n, answers[n].received, answers[n].first,
                answers[n].last, answers[n].done);
    fprintf(out, "]");
    fclose(out);
    reply(c, 200, body, length);
    free(body);
}

static void route(struct connection *c, const char *body) {
    const char *model = strstr(body, "\"model\":");
    model = model ? strchr(model + 8, '"') : NULL;
    c->anthropic = false;
    if (!strncmp(c->request, "GET /__log ", 11)) {
        tell_log(c);
    } else if (!strncmp(c->request, "GET /__reset ", 13)) {
        answered = 0;
        reply(c, 200, "", 0);
    } else if (!strncmp(c->request, "POST ", 5) && model) {
        c->anthropic = strstr(c->request, "/messages ") != NULL;
        c->whole = !strstr(body, "\"stream\":true") && !strstr(body, "\"stream\": true");
        ask(c, model + 1);
    } else {
        reply(c, 404, "", 0);
    }
}

static void close_connection(struct connection *c) {
    if (c->slot >= 0)
        dequeue(c);
    connections[c->fd] = NULL;
    close(c->fd);
    free(c->request);
    free(c);
}

/* Reads; once a request is whole, answers it. Requests do not overlap on a connection. */
static void receive(struct connection *c) {
    ssize_t done = read(c->fd, c->request + c->length, REQUEST_BYTES - 1 - c->length);
    if (done < 0 && errno == EAGAIN)
        return;
    if (done <= 0) {
        close_connection(c);
        return;
    }
    c->length += done;
    c->request[c->length] = 0;
    char *end = strstr(c->request, "\r\n\r\n");
    if (!end)
        return;
    const char *field = strcasestr(c->request, "\r\nContent-Length:");
    size_t body = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
    if (c->length < end + 4 - c->request + body)
        return;
    c->length = 0;
    route(c, end + 4);
}

static void watch(int fd) {
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd}))
        fail("epoll_ctl");
}

static void accept_all(int listener) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct connection *c = fd < CONNECTIONS ? calloc(1, sizeof *c) : NULL;
        if (!c || !(c->request = malloc(REQUEST_BYTES)))
            fail("accept");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        c->fd = fd, c->slot = -1;
        connections[fd] = c;
        watch(fd);
    }
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (void *)&address, size) || listen(listener, 1024) ||
        getsockname(listener, (void *)&address, &size))
        fail("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **words) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(count > 1 ? atoi(words[1]) : 0, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores))
        fail("sched_setaffinity");
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int listener = listen_on_loopback();
    watch(listener), watch(timer), watch(STDIN_FILENO);
    for (;;) {
        struct epoll_event events[EPOLL_EVENTS];
        int ready = epoll_wait(poller, events, EPOLL_EVENTS, -1);
        for (int n = 0; n < ready; n++) {
            int fd = events[n].data.fd;
            uint64_t ignored;
            if (fd == STDIN_FILENO)
                return 0;
            if (fd == listener)
                accept_all(listener);
            else if (fd == timer)
                (void)!read(timer, &ignored, sizeof ignored);
            else if (connections[fd])
                receive(connections[fd]);
        }
        serve_due();
    }
}
