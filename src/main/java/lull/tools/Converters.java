package lull.tools;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import lull.domain.Policy;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the options of the commands are read, with messages that say what would be right. */
final class Converters {

    private Converters() {}

    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                Duration duration = Policy.parseDuration(text);
                if (duration.isZero()) {
                    throw new TypeConversionException("must be longer than zero");
                }
                return duration;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException('\'' + text + "' is " + e.getMessage());
            }
        }
    }

    /** Where a node's HTTP port is. */
    static final class NodeUrlConverter implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                URI url = URI.create(text);
                boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
                if (isHttp && url.getHost() != null && url.getQuery() == null && url.getFragment() == null) {
                    return url;
                }
            } catch (IllegalArgumentException e) {
                // the same complaint
            }
            throw new TypeConversionException("must be like http://127.0.0.1:8080, but is '" + text + "'");
        }
    }

    static final class InstantConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new TypeConversionException(
                        '\'' + text + "' is not an RFC 3339 time with a zone, such as 2026-01-05T08:00:00Z");
            }
        }
    }

    /** Where time ends; empty: nowhere. A type of its own, as picocli has its own idea of an option that is an {@link Optional}. */
    record Horizon(Optional<Instant> at) {}

    /** An instant, or {@code max} for none. */
    static final class HorizonConverter implements ITypeConverter<Horizon> {
        @Override
        public Horizon convert(String text) {
            return new Horizon(
                    text.equals("max") ? Optional.empty() : Optional.of(new InstantConverter().convert(text)));
        }
    }
}
