package lull.bench;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The messages of a run: each goes to a conversation drawn at random, so the same arguments give the same messages.
 *
 * @param prefix of the keys of the run's conversations
 */
record Traffic(String prefix, int[] conversations) {

    static Traffic of(String prefix, int messages, int conversations, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Traffic(
                prefix,
                IntStream.generate(() -> random.nextInt(conversations))
                        .limit(messages)
                        .toArray());
    }

    int size() {
        return conversations.length;
    }

    /** The key of the conversation that a message goes to. */
    String key(int message) {
        return key(prefix, conversations[message]);
    }

    static String key(String prefix, int conversation) {
        return prefix + "-" + conversation;
    }

    /** The id of a message. No message of a run has that of another. */
    static String messageId(int message) {
        return "m" + message;
    }

    byte[] request(int message, int port) {
        String body = "{\"messageId\":\"" + messageId(message) + "\",\"direction\":\"" + direction(message) + "\"}";
        return ("POST /v1/conversations/" + key(message) + "/messages HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    byte[] line(int message) {
        return ("{\"conversation\":\"" + key(message) + "\",\"messageId\":\"" + messageId(message)
                        + "\",\"direction\":\"" + direction(message) + "\"}\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String direction(int message) {
        return isInbound(message) ? "inbound" : "outbound";
    }

    static boolean isInbound(int message) {
        return message % 2 == 0;
    }
}
