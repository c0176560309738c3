package lull.journal;

import java.util.List;

/**
 * @param highest highest sequence number ever stored in this history, 0 if none
 * @param events the wanted ones, by sequence number
 */
record ReadAnswer(long highest, List<StoredEvent> events) {}
