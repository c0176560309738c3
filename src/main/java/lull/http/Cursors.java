package lull.http;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lull.domain.ConversationId;
import lull.readmodel.ListQuery.Cursor;

/** The place in the list of conversations where the next page begins, as an opaque word that is safe in a query. */
final class Cursors {

    private static final Pattern PLACE = Pattern.compile("(-?\\d{1,12})\\.(\\d{1,9})\\.(.+)", Pattern.DOTALL);

    private Cursors() {}

    static String write(Cursor cursor) {
        Instant time = cursor.lastActivity();
        String place = time.getEpochSecond() + "." + time.getNano() + "." + cursor.key();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Problem.Refused if it is not of our making */
    static Cursor read(String word) {
        try {
            Matcher place = PLACE.matcher(new String(Base64.getUrlDecoder().decode(word), StandardCharsets.UTF_8));
            if (place.matches()) {
                Instant time = Instant.ofEpochSecond(Long.parseLong(place.group(1)), Long.parseLong(place.group(2)));
                return new Cursor(time, new ConversationId(Keys.TENANT, place.group(3)).key());
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // told below, in the same words whatever is wrong with it
        }
        throw Problem.bad("cursor", Problem.quote(word) + " is no cursor", "the nextCursor of an earlier page")
                .refused();
    }
}
