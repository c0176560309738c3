package lull.http;

import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import java.time.Duration;
import lull.http.Turns.Result;

/**
 * Lets results through up to one that is the last. Whatever the client still sends is then read away for a while: if the connection were
 * closed under it, it would meet a reset and might never see the last result.
 */
final class EndAfterLast extends GraphStage<FlowShape<Result, Result>> {

    private static final Duration READ_AWAY = Duration.ofSeconds(5);

    private final Inlet<Result> in = Inlet.create("EndAfterLast.in");
    private final Outlet<Result> out = Outlet.create("EndAfterLast.out");
    private final FlowShape<Result, Result> shape = FlowShape.of(in, out);

    @Override
    public FlowShape<Result, Result> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new TimerGraphStageLogic(shape) {
            private boolean ending;

            {
                setHandler(in, new AbstractInHandler() {
                    @Override
                    public void onPush() {
                        Result result = grab(in);
                        if (ending) {
                            pull(in);
                            return;
                        }
                        push(out, result);
                        if (result.last()) {
                            ending = true;
                            scheduleOnce("enough", READ_AWAY);
                            tryPull(in);
                        }
                    }
                });
                setHandler(out, new AbstractOutHandler() {
                    @Override
                    public void onPull() {
                        if (!ending) {
                            pull(in);
                        }
                    }
                });
            }

            @Override
            public void onTimer(Object key) {
                completeStage();
            }
        };
    }
}
