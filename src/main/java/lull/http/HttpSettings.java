package lull.http;

import java.time.Clock;
import java.time.Duration;

/**
 * What the HTTP API is told from outside. Limits that are the same everywhere are in {@code http.conf}.
 *
 * @param timing who says what time it is
 * @param clock the server's clock, against which a time that lies too far ahead is refused
 * @param bindInterface host name or address to listen on
 * @param port 0-65535; 0 takes any free one
 * @param answerWithin how long a request under way may take when the server stops
 * @param drain how long the server goes on as before when it is told to stop, but for closing each connection behind its next answer;
 *     the phase {@code before-service-unbind} must allow for it
 */
public record HttpSettings(
        Timing timing, Clock clock, String bindInterface, int port, Duration answerWithin, Duration drain) {

    /** Loopback: until there is authentication, the API is for this machine only. */
    public static final String LOOPBACK = "127.0.0.1";

    /** Who says what time it is. */
    public enum Timing {
        /** The server: {@code at} is optional and must not lie ahead. */
        SYSTEM("system"),
        /** The sender: {@code at} is required. For imports, replays and simulations. */
        EXTERNAL("external");

        private final String wireName;

        Timing(String wireName) {
            this.wireName = wireName;
        }

        /** The name on the wire and in settings: lower case. */
        public String wireName() {
            return wireName;
        }
    }
}
