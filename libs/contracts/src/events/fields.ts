// Fields that several events have. Each is declared once, so that no event can forget its PII mark.
import { z } from 'zod';

export const conversationId = z.string().min(1).meta({ description: 'Conversation the event belongs to' });
export const email = z.email().meta({ pii: true });
export const personName = z.string().meta({ pii: true });
export const phone = z.string().meta({ pii: true });
/** A text that a customer wrote. It may contain anything personal. */
export const freeText = z.string().meta({ pii: true });
/** A model's confidence, 0 to 1. */
export const confidence = z.number().min(0).max(1);
