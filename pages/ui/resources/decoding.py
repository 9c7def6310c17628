"""The processes in which images are decoded: whatever a visitor hands over, the server stays up."""

from core.decoders import DecoderPool

decode = DecoderPool().decode
