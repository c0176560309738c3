package lull.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import lull.faults.Request.Kind;

/**
 * What is said in which order: a function of the seed alone, whatever becomes of it.
 *
 * <p>A tenth of the conversations talk all the time and make two fifths of the traffic. The others take turns: each is awake for a
 * third of every minute and says something every five seconds or so then, so it falls idle and comes back, and expires in the
 * silence that follows.
 */
final class LoadScript {

    /** A conversation remembers the answers to its last 32 requests; nothing older than half of that is sent again. */
    static final int STILL_REMEMBERED = 16;

    private static final int PERCENT_TO_TALKERS = 40;
    private static final int AWAKE_SECONDS = 20;
    private static final int GROUPS = 3;
    private static final int PERCENT_CLOSINGS = 4;
    private static final int PERCENT_OUTBOUND = 35;
    private static final int PERCENT_REPEATS = 5;
    private static final int PERCENT_LOOKS = 10;
    private static final String[] CLOSERS = {"user", "agent", "support", "system"};

    private final LoadPlan plan;
    private final Random random;
    private final int talkers;
    private final List<Deque<Request>> latest;
    private final AtomicIntegerArray serials;
    private long slot;

    LoadScript(LoadPlan plan) {
        this.plan = plan;
        this.random = new Random(plan.seed());
        this.talkers = Math.max(1, plan.conversations() / 10);
        this.serials = new AtomicIntegerArray(plan.conversations());
        this.latest = new ArrayList<>();
        for (int i = 0; i < plan.conversations(); i++) {
            latest.add(new ArrayDeque<>(STILL_REMEMBERED));
        }
    }

    /** What comes in the next slot of time: one thing new, and now and then something old or a look. By one thread. */
    List<Request> next() {
        List<Request> requests = new ArrayList<>(3);
        requests.add(write(pick()));
        if (random.nextInt(100) < PERCENT_REPEATS) {
            repeat(pick()).ifPresent(requests::add);
        }
        if (random.nextInt(100) < PERCENT_LOOKS) {
            int index = pick();
            requests.add(new Request(Kind.LOOK, index, plan.conversation(index), 0, Optional.empty(), ""));
        }
        slot++;
        return requests;
    }

    /** Whether a conversation still knows the answer that it gave to this request, whatever has become of the later ones. */
    boolean isStillRemembered(Request request) {
        return serials.get(request.conversationIndex()) - request.serial() < STILL_REMEMBERED;
    }

    private int pick() {
        if (talkers == plan.conversations() || random.nextInt(100) < PERCENT_TO_TALKERS) {
            return random.nextInt(talkers);
        }
        long turn = slot / plan.perSecond() / AWAKE_SECONDS;
        int index = talkers + random.nextInt(plan.conversations() - talkers);
        int shift = (int) Math.floorMod(turn - index, (long) GROUPS);
        return index + shift < plan.conversations() ? index + shift : index;
    }

    private Request write(int index) {
        int serial = serials.incrementAndGet(index);
        String conversation = plan.conversation(index);
        Optional<String> id = Optional.of(conversation + "-" + serial);
        Request request;
        if (random.nextInt(100) < PERCENT_CLOSINGS) {
            int who = random.nextInt(CLOSERS.length + 1);
            request = who == CLOSERS.length
                    ? new Request(Kind.FAIL, index, conversation, serial, id, "")
                    : new Request(Kind.CLOSE, index, conversation, serial, id, CLOSERS[who]);
        } else {
            String direction = random.nextInt(100) < PERCENT_OUTBOUND ? "outbound" : "inbound";
            request = new Request(Kind.MESSAGE, index, conversation, serial, id, direction);
        }
        Deque<Request> recent = latest.get(index);
        if (recent.size() == STILL_REMEMBERED / 2) {
            recent.removeFirst();
        }
        recent.addLast(request);
        return request;
    }

    private Optional<Request> repeat(int index) {
        Deque<Request> recent = latest.get(index);
        if (recent.isEmpty()) {
            return Optional.empty();
        }
        return recent.stream().skip(random.nextInt(recent.size())).findFirst();
    }
}
