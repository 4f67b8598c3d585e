/* Many WebSocket clients in one thread: `readers <port> <sockets> <bytes>`.
   Prints "ready" when all are connected, and "done" when they have read so many bytes together. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char KNOCK[] =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static void stop(const char *why) {
    perror(why);
    exit(1);
}

/* Reads byte by byte, so that no frame behind the handshake is consumed. */
static int enter(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int end = 0, fd = socket(AF_INET, SOCK_STREAM, 0);
    char byte;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) stop("connect");
    if (write(fd, KNOCK, sizeof KNOCK - 1) < 0) stop("write");
    while (end < 4) {
        if (read(fd, &byte, 1) != 1) stop("handshake");
        end = byte == "\r\n\r\n"[end] ? end + 1 : byte == '\r';
    }
    return fd;
}

int main(int count, char **words) {
    static struct epoll_event events[512];
    static char heap[65536];
    if (count != 4) return 2;
    long expected = atol(words[3]), seen = 0;
    int epoll = epoll_create1(0);
    for (int left = atoi(words[2]); left; left--) {
        struct epoll_event event = {.events = EPOLLIN};
        event.data.fd = enter(atoi(words[1]));
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event)) stop("epoll_ctl");
    }
    puts("ready");
    fflush(stdout);
    /* Busy polling: the cost of waking this process would be charged to the server. */
    for (time_t last = time(0); seen < expected;) {
        int ready = epoll_wait(epoll, events, 512, 0);
        if (ready < 0 || time(0) - last > 10) stop("nothing came for ten seconds");
        if (ready) last = time(0);
        for (int i = 0; i < ready; i++) {
            ssize_t size = recv(events[i].data.fd, heap, sizeof heap, 0);
            if (size <= 0) stop("the server closed");
            seen += size;
        }
    }
    puts("done");
    return seen > expected;
}
